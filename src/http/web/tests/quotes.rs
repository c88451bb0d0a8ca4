//! Taking a quote back on the pages, without scripts.

use super::browser::Part;
use super::world::worlds;

#[tokio::test]
async fn whoever_is_quoted_removes_the_quote_by_its_menu() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let post = ann.tweet("Quote this").await;
        let quoted = post.rsplit('/').next().unwrap();
        bob.post_parts("/tweets", &[Part::Text("text", "Look"), Part::Text("quote_of", quoted)]).await;
        bob.open("/local").await.has("<blockquote class=\"quote\"").has_not("/unquote\"");
        let page = ann.open(&format!("/tweets/{quoted}/quotes")).await;
        let menu = page.html.split("formaction=\"").find(|rest| rest.contains("/unquote\"")).unwrap();
        let act = menu.split('"').next().unwrap();
        let answer = ann.post(act, &[("return_to", "/local")]).await;
        ann.open(&answer.location()).await.has("Your post is no longer quoted there.").has_not("<blockquote");
        bob.open("/local").await.has("no longer allows this quote");
        world.browser().open("/local").await.has("This quote is not approved");
        ann.open(&format!("/tweets/{quoted}/quotes")).await.has_not("/unquote\"");

        let form = ann.open("/settings/profile").await;
        form.has("<option value=\"everyone\" selected>");
        ann.post_parts("/settings/profile", &[Part::Text("quotable", "nobody")]).await;
        ann.open("/settings/profile").await.has("<option value=\"nobody\" selected>");
        let refused =
            bob.post_parts("/tweets", &[Part::Text("text", "Look"), Part::Text("quote_of", quoted)]).await;
        refused.has("does not let you quote it");
    }
}
