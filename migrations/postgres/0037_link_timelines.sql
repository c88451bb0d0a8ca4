-- Which tweets have the card of a page, in their order.
drop index tweet_previews_by_preview;
create index tweet_previews_by_preview on tweet_previews (preview_id, tweet_id);
