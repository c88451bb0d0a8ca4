"""Whether HTML that came from another server can do anything but be read."""

from html.parser import HTMLParser

# What a post may hold, written down apart from the server's own list: a slip there shall be noticed here.
ELEMENTS = set("a abbr b blockquote br code del em h1 h2 h3 h4 h5 i li ol p pre rp rt ruby s span strong sub sup u ul".split())
ATTRIBUTES = {
    "a": {"href", "class", "title", "translate", "rel", "target"},
    "abbr": {"title"},
    "blockquote": {"cite"},
    "li": {"value"},
    "ol": {"start", "reversed"},
    "p": {"class"},
    "span": {"class", "translate"},
}
EVERYWHERE = {"lang"}
# The address of a link begins with one of these; `/` is our own.
LEADS = ("http://", "https://", "dat:", "dweb:", "gemini:", "gopher:", "ipfs:", "ipns:", "magnet:", "ssb:", "xmpp:")
# Of a whole page, which has scripts and styles of ours.
NEVER = {"iframe", "object", "embed", "base", "applet", "math", "style"}


class Reader(HTMLParser):
    def __init__(self, check):
        super().__init__()
        self.check = check

    def handle_starttag(self, tag, attributes):
        self.check(tag, dict(attributes))


def check_fragment(html):
    """The content of a post as the API gives it."""

    def check(tag, attributes):
        assert tag in ELEMENTS, f"<{tag}> in {html}"
        odd = attributes.keys() - ATTRIBUTES.get(tag, set()) - EVERYWHERE
        assert not odd, f"<{tag} {' '.join(odd)}> in {html}"
        href = attributes.get("href", attributes.get("cite"))
        assert href is None or href.lower().startswith(LEADS), f"a link to {href} in {html}"

    Reader(check).feed(html)


def check_page(page, content):
    """The page of a post: it shows that content and nothing active but ours."""
    assert content in page, f"the page has not the content {content}"

    def check(tag, attributes):
        assert tag not in NEVER, f"<{tag}> on the page"
        active = [name for name in attributes if name.startswith("on") or name in ("srcdoc", "formaction")]
        assert not active, f"<{tag} {active}> on the page"
        source = attributes.get("src", "")
        if tag == "script":
            assert source.startswith("/assets/") or attributes.get("type") == "application/ld+json", f"a script from {source!r}"
        for name in ("href", "src", "action"):
            value = (attributes.get(name) or "").strip().lower()
            assert not value.startswith(("javascript:", "data:text", "vbscript:")), f"<{tag} {name}={value}>"

    Reader(check).feed(page)
