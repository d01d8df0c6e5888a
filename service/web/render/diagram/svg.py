"""A picture written as SVG: text as text, nothing fetched, nothing run.

1. Every text goes through `escaped`; what XML cannot hold was taken out by `clean`.
2. Colours are those of Okabe and Ito, darker on light ground and lighter on dark; every step has its number, and
   how far a path goes is told by its dashes, so that grey paper says the same.
"""

from __future__ import annotations

from service.web.render.diagram.glyphs import FONTS, clean, is_measured, width
from service.web.render.diagram.shapes import Box, Label, Mark, Picture, Stroke

_LIGHT = {
    "ground": "#ffffff",
    "ink": "#1b1f24",
    "soft": "#57606a",
    "line": "#8c959f",
    "card": "#ffffff",
    "tint": "#f6f8fa",
    "wash": "#eaf3f9",
    "open": "#f0f5ec",
    "step1": "#0072b2",
    "step2": "#00795a",
    "step3": "#b84a00",
}
_DARK = {
    "ground": "#0d1117",
    "ink": "#e6edf3",
    "soft": "#9aa4af",
    "line": "#6e7681",
    "card": "#161b22",
    "tint": "#11161d",
    "wash": "#0f1d29",
    "open": "#131d17",
    "step1": "#56b4e9",
    "step2": "#2fbf95",
    "step3": "#f0a030",
}
_PRINTED = {
    "ground": "#ffffff",
    "ink": "#000000",
    "soft": "#333333",
    "line": "#555555",
    "card": "#ffffff",
    "tint": "#ffffff",
    "wash": "#ffffff",
    "open": "#ffffff",
    "step1": "#003f63",
    "step2": "#00543e",
    "step3": "#7d3200",
}
PALETTES = {"light": _LIGHT, "dark": _DARK, "print": _PRINTED}
ROOT = "endpoint-picture"
"""The class of the picture, to which its style keeps itself where it stands inside a page."""
_RULES = (
    ("text", f"font-family:{FONTS};fill:var(--ink)"),
    (".ground", "fill:var(--ground)"),
    (".soft", "fill:var(--soft)"),
    (".internet", "fill:var(--wash);stroke:var(--line);stroke-dasharray:2 4"),
    (".other,.network", "fill:var(--tint);stroke:var(--line)"),
    (".amazon", "fill:var(--tint);stroke:var(--line);stroke-dasharray:7 3"),
    (".vpc", "fill:var(--ground);stroke:var(--ink);stroke-width:1.5"),
    (".zone", "fill:none;stroke:var(--line);stroke-dasharray:5 4"),
    (".subnet", "fill:var(--tint)"),
    (".public", "fill:var(--open)"),
    (".aws", "fill:var(--tint);stroke:var(--ink);stroke-width:1.5"),
    (".station,.servers,.interface", "fill:var(--card);stroke:var(--line)"),
    (".chip", "fill:var(--card);stroke:var(--ink)"),
    (".loose", "fill:var(--ground);stroke:var(--line);stroke-dasharray:3 3"),
    (".gate,.rail", "fill:var(--ink)"),
    (".way", "fill:none;stroke-width:2;stroke-linejoin:round"),
    (".step0", "stroke:var(--ink)"),
    *((f".step{step}", f"stroke:var(--step{step})") for step in (1, 2, 3)),
    *((f".tip{step}", f"fill:var(--step{step})") for step in (1, 2, 3)),
    (".to-amazon", "stroke-dasharray:9 4"),
    (".to-internet", "stroke-dasharray:2 4"),
    (".to-unknown", "stroke-dasharray:9 4 2 4"),
    (".sign", "fill:var(--card);stroke-width:2"),
    (".cross", "fill:none;stroke-width:2.5;stroke-linecap:round"),
)


def _style() -> str:
    def colours(name: str) -> str:
        return f".{ROOT}{{{''.join(f'--{key}:{value};' for key, value in PALETTES[name].items())}}}"

    rules = [colours("light")]
    rules += [f"@media (prefers-color-scheme:dark){{{colours('dark')}}}", f"@media print{{{colours('print')}}}"]
    rules += [f"{_within(selectors)}{{{body}}}" for selectors, body in _RULES]
    return "\n".join(rules)


def _within(selectors: str) -> str:
    return ",".join(f".{ROOT} {each}" for each in selectors.split(","))


STYLE = _style()
"""The same in every picture, so that a page's policy can allow it by its digest."""


def written(picture: Picture, name: str = "picture") -> str:
    """The picture as an SVG document; ``name`` tells several in one page apart."""
    wide, high = _number(picture.width), _number(picture.height)
    drawing, told = picture.drawing, "\n".join(clean(line) for line in picture.description)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}"'
        f' class="{ROOT}" role="img" aria-labelledby="{name}-title" aria-describedby="{name}-paths">',
        f'<title id="{name}-title">{escaped(picture.title)}</title>',
        f'<desc id="{name}-paths">{escaped(told)}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="ground" width="{wide}" height="{high}"/>',
        *(_box(it) for it in drawing.boxes),
        *(_stroke(it) for it in drawing.strokes),
        *(_mark(it) for it in drawing.marks),
        *(_label(it) for it in drawing.labels),
        "</svg>\n",
    ]
    return "\n".join(parts)


def escaped(text: str) -> str:
    """The text as XML holds it, in content and in attributes."""
    for sign, written_as in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(sign, written_as)
    return text


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _hint(text: str) -> str:
    return f"<title>{escaped(clean(text))}</title>" if text else ""


def _box(box: Box) -> str:
    area = box.area
    place = " ".join(
        f'{name}="{_number(value)}"'
        for name, value in (
            ("x", area.x),
            ("y", area.y),
            ("width", area.width),
            ("height", area.height),
            ("rx", box.radius),
        )
    )
    return f'<rect class="{box.style}" {place}>{_hint(box.hint)}</rect>'


def _stroke(stroke: Stroke) -> str:
    way = " ".join(f"{_number(x)},{_number(y)}" for x, y in stroke.points)
    line = f'<polyline class="way step{stroke.step} to-{stroke.reach}" points="{way}">{_hint(stroke.hint)}</polyline>'
    return line + (_arrow(stroke) if stroke.arrow else "")


def _arrow(stroke: Stroke) -> str:
    (x0, y0), (x1, y1) = stroke.points[-2:]
    dx, dy = (x1 > x0) - (x1 < x0), (y1 > y0) - (y1 < y0)
    back = (x1 - dx * 9, y1 - dy * 9)
    wings = ((back[0] - dy * 4.5, back[1] - dx * 4.5), (back[0] + dy * 4.5, back[1] + dx * 4.5))
    points = " ".join(f"{_number(x)},{_number(y)}" for x, y in ((x1, y1), *wings))
    return f'<polygon class="tip{stroke.step}" points="{points}"/>'


def _mark(mark: Mark) -> str:
    x, y, hint = _number(mark.x), _number(mark.y), _hint(mark.hint)
    if mark.kind == "stop":
        low, high, left, right = (_number(it) for it in (mark.y - 4, mark.y + 4, mark.x - 4, mark.x + 4))
        cross = f"M{left} {low}L{right} {high}M{right} {low}L{left} {high}"
        return (
            f'<g>{hint}<circle class="sign step{mark.step}" cx="{x}" cy="{y}" r="8"/>'
            f'<path class="cross step{mark.step}" d="{cross}"/></g>'
        )
    sign = "?" if mark.kind == "unknown" else str(mark.step)
    size = 12 if mark.kind == "unknown" else 11
    label = Label(x=mark.x, y=mark.y + 4, text=sign, size=size, bold=True, anchor="middle")
    return f'<g>{hint}<circle class="sign step{mark.step}" cx="{x}" cy="{y}" r="8"/>{_label(label)}</g>'


def _label(label: Label) -> str:
    text = label.text
    details = f' class="{label.style}"' if label.style != "ink" else ""
    details += f' font-size="{_number(label.size)}"'
    details += ' font-weight="600"' if label.bold else ""
    details += f' text-anchor="{label.anchor}"' if label.anchor != "start" else ""
    if not is_measured(text):
        details += f' textLength="{_number(width(text, label.size, bold=label.bold))}" lengthAdjust="spacingAndGlyphs"'
    hint = label.hint if label.hint != text else ""
    return f'<text x="{_number(label.x)}" y="{_number(label.y)}"{details}>{escaped(text)}{_hint(hint)}</text>'
