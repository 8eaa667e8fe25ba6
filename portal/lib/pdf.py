"""Papers: tagged PDF/A out of a Typst template, in milliseconds."""

import json

import typst

ACCESSIBLE = ("a-3a", "ua-1")
# What carries XML for machines inside is finished by factur-x, which writes this level into the metadata.
CARRIER = ("a-3b",)


def make_pdf(template, *, standards=ACCESSIBLE, **data):
    """The paper as bytes, tagged, by default PDF/A-3a and PDF/UA-1; typst refuses what would not conform.

    template: path of a .typ file, which reads `json(bytes(sys.inputs.data))`. data: anything JSON can say.
    """
    return typst.compile(str(template), sys_inputs={"data": json.dumps(data)}, pdf_standards=list(standards))
