use super::*;

#[tokio::test]
async fn a_move_goes_to_all_followers_and_the_new_account_after_the_actor_says_it() {
    for world in worlds().await {
        let cat = world.bob_follows_and_cat_does_not().await;
        world.service().write_move(world.ann.id, true, cat).await.unwrap();
        let told = world.told().await;
        assert_eq!(told["bob"], ["Update", "Move"], "{}", world.engine);
        assert_eq!(told["cat"], ["Move"], "{}", world.engine);
        world.service().undo_move(world.ann.id).await.unwrap();
        assert_eq!(world.told_only("Update").await, ["bob"], "{}", world.engine);
    }
}
