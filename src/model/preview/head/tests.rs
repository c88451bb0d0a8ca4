use std::time::Instant;

use proptest::prelude::*;

use super::*;

fn page(html: &str) -> Option<Page> {
    let base = Url::parse("https://a.test/news/1").unwrap();
    read(html.as_bytes(), "text/html; charset=utf-8", &base)
}

/// Title, description, site and author, joined.
fn words(html: &str) -> String {
    let page = page(html).unwrap_or_default();
    [page.title, page.description, page.site_name, page.author].join("|")
}

#[test]
fn a_page_is_read_by_opengraph_then_by_twitters_names_then_by_plain_html() {
    let all = "<!doctype html><html><head prefix='og: https://ogp.me/ns#'><title>Plain</title>\
        <meta name=description content=About><meta name=author content='Ann &amp; Bob'>\
        <meta name='twitter:title' content='Tweeted'><meta name=\"twitter:description\" content=\"Short\">\
        <meta property='og:title' content='Open'/><META PROPERTY=OG:DESCRIPTION CONTENT='Graph'>\
        <meta property=og:site_name content='The Site'><meta property=og:type content=article></head>";
    assert_eq!(words(all), "Open|Graph|The Site|Ann & Bob");
    let other = all.replace("og:", "x:").replace("OG:", "x:");
    assert_eq!(words(&other), "Tweeted|Short||Ann & Bob");
    assert_eq!(words(&other.replace("twitter:", "x:")), "Plain|About||Ann & Bob");
    assert_eq!(words("<title>\n  Two\n lines &eacute;&lt;b&gt; </title>"), "Two lines é<b>|||");
    assert_eq!(
        words("<meta name=og:title content=Named><meta name=application-name content=App>"),
        "Named||App|"
    );
}

#[test]
fn odd_pages_give_what_they_have_or_nothing() {
    for nothing in [
        "",
        "no markup",
        "<title></title>",
        "<title>\u{200b}\u{202e}</title>",
        "<meta property=og:title content=' '>",
        "<meta property=og:title>",
        "<script>'<title>x</title>'</script>",
        "<!-- <title>x</title> -->",
        "<noscript><meta property=og:title content=x></noscript>",
        "<body><title>x</title>",
        "</head><meta property=og:title content=x>",
        "<meta property='og:title content=x>",
    ] {
        assert_eq!(page(nothing), None, "{nothing}");
    }
    for (html, expected) in [
        ("<title>never closed", "never closed|||"),
        ("<!doctype html>\n<!-- a > b --><title lang='en' data-x='>'>whole</title>", "whole|||"),
        ("<TITLE>a</TITLE><title>b</title>", "a|||"),
        ("<title>a</title><svg><title>b</title></svg>", "a|||"),
        ("<svg><title>b</title></svg><title>a</title>", "a|||"),
        ("<meta property=og:title content=first><meta property=og:title content=second>", "first|||"),
        ("<meta content='x' property=' og:title '>", "x|||"),
        ("<title>a<b>c</b></title>", "a<b>c</b>|||"),
        ("<title>a</title><meta name=author content='https://a.test/people/1'>", "a|||"),
        ("<title>\u{202e}evil\u{0}\u{7}\u{2066} name</title>", "evil name|||"),
        (
            "<title>x</title><meta property=og:description content='<script>alert(1)</script>'>",
            "x|<script>alert(1)</script>||",
        ),
        (
            "<title>x</title><meta name=description content=d><meta name=robots content='noindex, NoSnippet'>",
            "x|||",
        ),
        (
            "<title>x</title><meta name=description content=d><meta name=robots content='max-snippet: 0'>",
            "x|||",
        ),
        (
            "<title>x</title><meta name=description content=d><meta name=robots content='max-snippet:-1'>",
            "x|d||",
        ),
    ] {
        assert_eq!(words(html), expected, "{html}");
    }
}

#[test]
fn a_picture_is_an_address_of_the_web_with_the_description_that_belongs_to_it() {
    let picture = |metas: &str| {
        let page = page(&format!("<title>x</title>{metas}")).unwrap();
        (page.picture.map(String::from).unwrap_or_default(), page.picture_alt)
    };
    let og = |name: &str, value: &str| format!("<meta property='og:image{name}' content='{value}'>");
    for (address, found) in [
        ("https://b.test/1.png#x", "https://b.test/1.png"),
        ("/1.png", "https://a.test/1.png"),
        ("2.png?a&amp;b", "https://a.test/news/2.png?a&b"),
        ("//b.test/3.png", "https://b.test/3.png"),
        ("data:image/png;base64,AA", ""),
        ("javascript:alert(1)", ""),
        ("file:///etc/passwd", ""),
        ("https://u:p@b.test/1.png", ""),
        ("https://", ""),
        (&format!("/{}", "x".repeat(MAX_ADDRESS_BYTES)), ""),
    ] {
        assert_eq!(picture(&og("", address)).0, found, "{address}");
    }
    let two = [og("", "/1.png"), og(":alt", "one"), og("", "/2.png"), og(":alt", "two")].concat();
    assert_eq!(picture(&two), ("https://a.test/1.png".into(), "one".into()));
    let second = [og("", "/1.png"), og("", "/2.png"), og(":alt", "two")].concat();
    assert_eq!(picture(&second), ("https://a.test/1.png".into(), String::new()));
    let twitter = "<meta name=twitter:image content=/3.png><meta name=twitter:image:alt content=three>";
    assert_eq!(picture(twitter), ("https://a.test/3.png".into(), "three".into()));
    assert_eq!(picture(&og(":alt", "of nothing")).1, "");
}

#[test]
fn what_is_too_long_is_cut_between_characters() {
    let html = |title: &str| format!("<title>{title}</title>");
    let title = |text: &str| page(&html(text)).unwrap().title;
    assert_eq!(title(&"a".repeat(PREVIEW_TITLE_MAX)).len(), PREVIEW_TITLE_MAX);
    let cut = title(&"ab ".repeat(PREVIEW_TITLE_MAX));
    assert!(
        cut.chars().count() <= PREVIEW_TITLE_MAX && cut.starts_with("ab ab") && cut.ends_with("a…"),
        "{cut}"
    );
    let family = "👨‍👩‍👧‍👦".repeat(100);
    let cut = title(&family);
    assert!(family.starts_with(cut.trim_end_matches('…')) && cut.ends_with("👦…"), "{cut}");
    assert_eq!(title(&format!("a{}", "\u{301}".repeat(100_000))), "…");
}

#[test]
fn hostile_repetition_is_read_in_linear_time() {
    for piece in [
        "<meta ",
        "<meta a=",
        "<title>",
        "<!--",
        "</",
        "<svg>",
        "<meta name=x content='",
        " a b c",
        "&#x",
        "<script>",
    ] {
        for start in ["", "<meta ", "<title>"] {
            let html = format!("{start}{}", piece.repeat(512 * 1_024 / piece.len()));
            let began = Instant::now();
            page(&html);
            assert!(began.elapsed().as_secs() < 5, "{start}{piece}");
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived_and_bounds_are_kept(
        parts in prop::collection::vec(
            prop_oneof![
                "<meta (property|name)=['\"]?(og|twitter):(title|description|site_name|image|image:alt)['\"]? content=['\"]?\\PC{0,300}['\"]?>",
                "</?(head|body|title|script|svg|meta|noscript)[ /]?>",
                "<meta charset=(utf-8|shift_jis|utf-16|x)>",
                "\\PC{0,400}",
                Just("\u{202e}\u{0}\u{301}".to_owned()),
            ],
            0..12,
        ),
        bytes in prop::collection::vec(any::<u8>(), 0..40),
        content_type in "text/html(; ?charset=(utf-8|big5|koi8-r|\"x))?",
    ) {
        let html = [parts.concat().as_bytes(), &bytes].concat();
        let base = Url::parse("https://a.test/").unwrap();
        if let Some(page) = read(&html, &content_type, &base) {
            let bounded = [
                (&page.title, PREVIEW_TITLE_MAX),
                (&page.description, PREVIEW_DESCRIPTION_MAX),
                (&page.site_name, PREVIEW_SITE_MAX),
                (&page.author, PREVIEW_AUTHOR_MAX),
                (&page.picture_alt, PREVIEW_ALT_MAX),
            ];
            for (text, max) in bounded {
                prop_assert!(text.chars().count() <= max, "{}", text);
                prop_assert_eq!(&text::one_line(text), text);
            }
            prop_assert!(!page.title.is_empty());
            prop_assert!(page.picture.is_none_or(|url| url.as_str().len() <= MAX_ADDRESS_BYTES && Host::of(&url).is_some()));
        }
    }
}
