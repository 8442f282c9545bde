"""The page of a run: ``report.html``, one file that holds everything it shows."""

from dlopt_deap.tools.page.report_page import NAME, page_html, try_page, write_page

__all__ = ["NAME", "page_html", "try_page", "write_page"]
