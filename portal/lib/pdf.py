"""Papers: tagged PDF/A out of a Typst template, in milliseconds."""

import json

import typst

STANDARDS = ["a-3a", "ua-1"]


def make_pdf(template, **data):
    """The paper as bytes, PDF/A-3a and PDF/UA-1; typst refuses what would not conform.

    template: path of a .typ file, which reads `json(bytes(sys.inputs.data))`. data: anything JSON can say.
    """
    return typst.compile(str(template), sys_inputs={"data": json.dumps(data)}, pdf_standards=STANDARDS)
