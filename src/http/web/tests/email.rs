//! One's e-mail address in the settings, and the page that a letter leads to.

use super::world::{PASSWORD, worlds};
use crate::clock::DAY_MS;

const HERE: &str = "/settings/email";

/// The path of the link in the last letter.
fn link(text: &str) -> String {
    let (_, rest) = text.split_once("https://rook.test").unwrap();
    rest.split_whitespace().next().unwrap().to_owned()
}

#[tokio::test]
async fn an_address_is_confirmed_by_a_letter_without_logging_in() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        ann.open(HERE).await.has("ann@example.org").has("not confirmed yet");
        ann.submit(&format!("{HERE}/again"), &[]).await.has("A letter is on its way.");
        ann.submit(&format!("{HERE}/again"), &[]).await.has("No letter was sent now.");
        world.letters.send_due().await.unwrap();
        let [letter] = &*world.sink.letters() else { panic!("one letter") };
        assert!(letter.header("Subject").contains("Rookery"), "{}", letter.header("Subject"));
        let text = letter.text();
        assert!(text.contains("Hello ann,") && text.contains("<a href=\"https://rook.test/email/"), "{text}");

        // The link may be opened elsewhere.
        let (phone, link) = (world.browser(), link(&text));
        let page = phone.open(&link).await;
        page.has("Is ann@example.org your address?");
        let form = [("account", page.input("account")), ("token", page.input("token"))];
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        ann.open(HERE).await.has_not("class=\"tag\"");
        assert_eq!(phone.post("/email/confirm", &form).await.location(), "/", "{}", world.engine);
        ann.open(HERE).await.has("class=\"tag\"").has_not("Send me the letter");
        let twice = phone.post("/email/confirm", &form).await;
        assert_eq!(twice.status, 422);
        twice.has("This link is not good any more.").check("/email/confirm");
        assert_eq!(phone.get("/email/confirm?account=1&token=x").await.status, 422);
    }
}

#[tokio::test]
async fn another_address_needs_the_password_and_its_own_letter() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let odd = ann.post(HERE, &[("email", "new@example.org"), ("password", "wrong")]).await;
        assert_eq!(odd.status, 422, "{}", world.engine);
        odd.has("value=\"new@example.org\"").check(HERE);
        let good = [("email", "new@example.org"), ("password", PASSWORD)];
        ann.submit(HERE, &good).await.has("new@example.org takes its place").has("ann@example.org");
        world.letters.send_due().await.unwrap();
        let letter = world.sink.letters().pop().unwrap();
        assert_eq!(letter.to, "new@example.org");
        world.clock.advance(DAY_MS);
        let late = world.browser().get(&link(&letter.text())).await;
        assert_eq!(late.status, 422, "{}", world.engine);
        late.check("/email/confirm");
    }
}
