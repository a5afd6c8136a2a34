# SPDX-License-Identifier: GPL-2.0
"""What pictures have in common: text, and the document around all of it."""

from html import escape

PAD = 24
STYLE = ("text { font: 12px system-ui, sans-serif; fill: #1d2329 }"
         " .title { font-size: 16px; font-weight: 600 } .panel { font-weight: 600 }"
         " .unit, .value { fill: #5b6573 }")


def text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    return (f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">'
            f"{escape(words)}</text>")


def document(title: str, width: float, height: float, parts: list[str], style: str = "") -> str:
    """The SVG; no scripts, nothing from elsewhere, on white."""
    body = "\n".join(parts)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:.0f}" '
            f'width="{width}" height="{height:.0f}" role="img">\n'
            f"<title>{escape(title)}</title>\n<style>{STYLE}{style}</style>\n"
            f'<rect width="100%" height="100%" fill="#ffffff"/>\n{body}\n</svg>\n')
