"""A person's browser, as far as signing in to an app needs one: it keeps cookies, and sends the forms it is shown."""

import html.parser
import http.cookiejar
import urllib.error
import urllib.parse
import urllib.request


class Page(html.parser.HTMLParser):
    """The forms of a page, each with its action and its fields, and the fields that have an id."""

    def __init__(self, address, text):
        super().__init__()
        self.address, self.text, self.forms, self.named = address, text, [], {}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.forms.append((urllib.parse.urljoin(self.address, attrs.get("action", "")), {}))
        if tag in ("input", "button") and self.forms and attrs.get("name"):
            # Of several buttons the first is the one that goes on.
            self.forms[-1][1].setdefault(attrs["name"], attrs.get("value", ""))
        if attrs.get("id"):
            self.named[attrs["id"]] = attrs.get("value", "")

    def form(self, ending):
        """The form whose action ends so."""
        return next((form for form in self.forms if urllib.parse.urlsplit(form[0]).path.endswith(ending)), None)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Apps have redirect addresses that nobody serves here."""

    def redirect_request(self, request, file, code, message, headers, address):
        if urllib.parse.urlsplit(address).hostname == "app.test":
            return None
        return super().redirect_request(request, file, code, message, headers, address)


class Browser:
    def __init__(self, username, password):
        self.username, self.password = username, password
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(cookies, NoRedirect())

    def open(self, address, fields=None):
        data = urllib.parse.urlencode(fields).encode() if fields is not None else None
        origin = "{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(address))
        request = urllib.request.Request(address, data, {"Origin": origin, "Accept": "text/html"})
        try:
            with self.opener.open(request, timeout=15) as response:
                return Page(response.url, response.read().decode())
        except urllib.error.HTTPError as answer:
            if answer.code in (302, 303):
                return Page(answer.headers["Location"], "")
            raise AssertionError(f"{address}: {answer.code} {answer.read().decode()[:500]}") from None

    def allow(self, address):
        """Opens the address that an app shows, logs in when asked to, allows what is asked; answers the code."""
        page = self.open(address)
        if login := page.form("/login"):
            page = self.open(login[0], {**login[1], "login": self.username, "password": self.password})
        consent = page.form("/oauth/authorize")
        assert consent, f"{page.address} asks for no consent: {page.text[:500]}"
        page = self.open(*consent)
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(page.address).query)
        return query["code"][0] if "code" in query and not page.named else page.named["code"]
