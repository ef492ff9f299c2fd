"""What the book's other editions need: the PDF, the e-book, and the site with the book to run in it.

A Sphinx extension. `make book` loads it too, and is not changed by it.
"""

from . import buttons, mathml, parts, run_button, still_outputs


def setup(app):
    app.add_config_value("run_in_browser", "", "html")  # where the notebooks can be run, seen from the book's root
    app.add_html_math_renderer("mathml", (mathml.visit_math, None), (mathml.visit_displaymath, None))
    app.connect("config-inited", buttons.leave_out)
    app.connect("html-page-context", run_button.add)
    app.add_post_transform(still_outputs.StillOutputs)
    app.add_post_transform(still_outputs.LineBreaks)
    app.add_post_transform(still_outputs.LongTables)
    app.add_post_transform(still_outputs.SvgToPdf)
    app.add_post_transform(parts.Parts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
