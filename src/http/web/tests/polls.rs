//! Polls on the pages, without scripts.

use super::browser::Part;
use super::world::worlds;
use crate::clock::HOUR_MS;

#[tokio::test]
async fn a_poll_is_asked_voted_in_and_shown_with_its_counts() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let parts = |option: &'static str| {
            [
                Part::Text("text", "Where will they nest?"),
                Part::Text("poll_0", "In the elms"),
                Part::Text("poll_1", ""),
                Part::Text("poll_2", option),
                Part::Text("poll_lasts", "3600"),
            ]
        };
        let refused = ann.post_parts("/tweets", &parts("")).await;
        assert_eq!(refused.status, 422, "{}", world.engine);
        refused.has("A poll has at least 2 options.").has("value=\"In the elms\"").check("/tweets");
        ann.post_parts("/tweets", &parts("On the <tower>")).await;
        let page = bob.open("/local").await;
        page.has("type=\"radio\" name=\"choice\" value=\"1\"")
            .has("On the &#60;tower&#62;")
            .has_not("<meter");
        let act = page.html.split("action=\"").find(|rest| rest.contains("/vote\"")).unwrap();
        let act = act.split('"').next().unwrap().to_owned();
        let vote = async |choice: &[(&str, &str)]| {
            let answer = bob.post(&act, &[choice, &[("return_to", "/local")]].concat()).await;
            bob.open(&answer.location()).await
        };
        vote(&[]).await.has("Choose one of the options first.");
        vote(&[("choice", "1")])
            .await
            .has("Your vote counts.")
            .has("100 %")
            .has("Your choice")
            .has("1 vote<");
        vote(&[("choice", "0")]).await.has("You had voted already.");
        ann.open("/local").await.has("<meter").has("100 %").has_not("name=\"choice\"");
        world.clock.advance(HOUR_MS);
        world.service.tend_polls().await.unwrap();
        world.browser().open("/local").await.has("The poll is over").has("100 %");
        bob.open("/notifications").await.has("The poll of").has("is over");
    }
}
