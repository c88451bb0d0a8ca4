//! Choosing of what one is told.

use super::world::worlds;
use crate::model::digest::Every;

const HERE: &str = "/settings/notifications";

/// Which boxes a page has ticked.
fn ticked(html: &str) -> Vec<&str> {
    let boxes = html.split("<input type=\"checkbox\" name=\"on\" value=\"").skip(1);
    let boxes = boxes.filter(|rest| rest.split('>').next().unwrap().ends_with(" checked"));
    boxes.map(|rest| rest.split('"').next().unwrap()).collect()
}

#[tokio::test]
async fn boxes_say_what_is_told_and_hours_when_it_is_quiet() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let page = ann.open(HERE).await;
        assert_eq!(ticked(&page.html).len(), 3 * 11 * 3 - 6, "{}: all are ticked", world.engine);
        let all = ticked(&page.html);
        let mut form: Vec<(&str, &str)> =
            all.iter().filter(|cell| !cell.starts_with("list.mention.")).map(|cell| ("on", *cell)).collect();
        form.extend([("quiet", "on"), ("from", "23:15"), ("until", "06:00"), ("time_zone", "Europe/Vienna")]);
        form.extend([("every", "daily"), ("hour", "7")]);
        let saved = ann.submit(HERE, &form).await;
        saved.has("Saved.").has("value=\"23:15\"").has("<option selected>Europe/Vienna</option>");
        assert_eq!(ticked(&saved.html).len(), 90, "{}", world.engine);
        bob.tweet("hello @ann").await;
        ann.open("/notifications").await.has_not("hello");

        for (name, value, complaint) in [
            ("until", "23:15", "Quiet hours end at another time"),
            ("until", "late", "A time of the day is written as 22:30."),
            ("time_zone", "Mars", "This time zone is not known."),
            ("hour", "25", "An hour of the day is a number from 0 to 23."),
        ] {
            let mut odd: Vec<_> = form.iter().copied().filter(|(field, _)| *field != name).collect();
            odd.push((name, value));
            odd.retain(|(field, value)| *field != "on" || !value.starts_with("list."));
            let page = ann.post(HERE, &odd).await;
            assert_eq!(page.status, 422, "{}", page.html);
            page.has(complaint).check(HERE);
            assert_eq!(
                ticked(&page.html).len(),
                60,
                "{}: what was chosen is kept to be sent again",
                world.engine
            );
        }
        let unchanged = ann.open(HERE).await;
        assert_eq!(ticked(&unchanged.html).len(), 90, "{}", world.engine);
        form.retain(|(name, _)| *name != "quiet");
        ann.submit(HERE, &form).await;
        let view =
            world.service.telling(world.service.account_by_handle("ann").await.unwrap().id).await.unwrap();
        assert_eq!((view.digest.every, view.digest.hour), (Every::Daily, 7), "{}", world.engine);
        assert_eq!((view.quiet.hours, view.quiet.zone.as_deref()), (None, Some("Europe/Vienna")));
        assert_eq!(ann.post(HERE, &[("on", "list.like.followed"), ("on", "nonsense")]).await.status, 303);
    }
}

#[tokio::test]
async fn a_mail_program_ends_the_digest_by_one_request_and_a_person_by_a_button() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        ann.submit("/settings/email/again", &[]).await;
        world.letters.send_due().await.unwrap();
        let asked = world.sink.letters().pop().unwrap().text();
        let link =
            asked.split("https://rook.test").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        let page = ann.open(&link).await;
        let form = [("account", page.input("account")), ("token", page.input("token"))];
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        ann.post("/email/confirm", &form).await;
        let daily =
            [("every", "daily"), ("hour", "8"), ("on", "list.mention.other"), ("on", "mail.mention.other")];
        ann.submit(HERE, &daily).await.has("value=\"daily\" selected");
        bob.tweet("hello @ann <i>").await;
        world.clock.advance(2 * crate::clock::DAY_MS);
        world.letters.send_due().await.unwrap();
        let letter = world.sink.letters().pop().unwrap();
        let text = letter.text();
        assert!(text.contains("* bob mentioned you") && text.contains("  > hello @ann <i>"), "{text}");
        assert!(text.contains("hello @ann &lt;i&gt;") || text.contains("hello @ann &#60;i&#62;"), "{text}");
        let end = letter.header("List-Unsubscribe");
        let end = end.trim_start_matches("<https://rook.test").trim_end_matches('>').to_owned();
        let phone = world.browser();
        phone.open(&end).await.has("<form").has_not("You get no more");
        let every = async || {
            let id = world.service.account_by_handle("ann").await.unwrap().id;
            world.service.telling(id).await.unwrap().digest.every
        };
        assert_eq!(every().await, Every::Daily, "{}: looking ends nothing", world.engine);
        let done = phone.post(&end, &[("List-Unsubscribe", "One-Click")]).await;
        assert_eq!(done.status, 200, "{}: a mail program follows no redirect", world.engine);
        done.has("You get no more").check(&end);
        assert_eq!(every().await, Every::Off, "{}", world.engine);
        assert_eq!(phone.post("/unsubscribe?account=1&token=x", &[]).await.status, 422);
    }
}
