-- What the poll of a version offered, as JSON; null in versions from before polls could change, which have that of today.
alter table tweet_edits add column poll text;
