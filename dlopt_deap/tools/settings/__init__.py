"""The settings of actions: validated models, which need pydantic and are only imported when an action is used."""
