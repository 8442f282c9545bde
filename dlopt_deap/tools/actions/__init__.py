"""What the command line can do: a module an action, each imported when it is used."""
