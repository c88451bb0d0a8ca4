//! Choosing of what one is told.

use super::world::worlds;

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
        assert_eq!(ticked(&page.html).len(), 2 * 11 * 3, "{}: all are ticked", world.engine);
        let all = ticked(&page.html);
        let mut form: Vec<(&str, &str)> =
            all.iter().filter(|cell| !cell.starts_with("list.mention.")).map(|cell| ("on", *cell)).collect();
        form.extend([("quiet", "on"), ("from", "23:15"), ("until", "06:00"), ("time_zone", "Europe/Vienna")]);
        let saved = ann.submit(HERE, &form).await;
        saved.has("Saved.").has("value=\"23:15\"").has("<option selected>Europe/Vienna</option>");
        assert_eq!(ticked(&saved.html).len(), 63, "{}", world.engine);
        bob.tweet("hello @ann").await;
        ann.open("/notifications").await.has_not("hello");

        for (name, value, complaint) in [
            ("until", "23:15", "Quiet hours end at another time"),
            ("until", "late", "A time of the day is written as 22:30."),
            ("time_zone", "Mars", "This time zone is not known."),
        ] {
            let mut odd: Vec<_> = form.iter().copied().filter(|(field, _)| *field != name).collect();
            odd.push((name, value));
            odd.retain(|(field, value)| *field != "on" || value.starts_with("push."));
            let page = ann.post(HERE, &odd).await;
            assert_eq!(page.status, 422, "{}", page.html);
            page.has(complaint).check(HERE);
            assert_eq!(
                ticked(&page.html).len(),
                33,
                "{}: what was chosen is kept to be sent again",
                world.engine
            );
        }
        let unchanged = ann.open(HERE).await;
        assert_eq!(ticked(&unchanged.html).len(), 63, "{}", world.engine);
        form.retain(|(name, _)| *name != "quiet");
        ann.submit(HERE, &form).await;
        let view =
            world.service.telling(world.service.account_by_handle("ann").await.unwrap().id).await.unwrap();
        assert_eq!((view.quiet.hours, view.quiet.zone.as_deref()), (None, Some("Europe/Vienna")));
        assert_eq!(ann.post(HERE, &[("on", "list.like.followed"), ("on", "nonsense")]).await.status, 303);
    }
}
