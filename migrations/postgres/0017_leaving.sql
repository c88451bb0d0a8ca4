-- The hosts that ever took something from an account of ours, and an inbox there: what the account takes back is told to
-- all of them; told: they have heard that it left.
create table reached_hosts (
    account_id bigint not null,
    host text not null,
    inbox text not null,
    first_at bigint not null,
    told boolean not null default false,
    primary key (account_id, host)
);
insert into reached_hosts (account_id, host, inbox, first_at)
select f.followee_id, r.host, min(coalesce(r.shared_inbox, r.inbox)), min(f.created_at)
from follows f join accounts a on a.id = f.followee_id join actors r on r.account_id = f.follower_id
where a.domain is null group by f.followee_id, r.host;
insert into reached_hosts (account_id, host, inbox, first_at)
select f.follower_id, r.host, min(coalesce(r.shared_inbox, r.inbox)), min(f.created_at)
from follows f join accounts a on a.id = f.follower_id join actors r on r.account_id = f.followee_id
where a.domain is null group by f.follower_id, r.host
on conflict do nothing;
insert into reached_hosts (account_id, host, inbox, first_at)
select account_id, host, inbox, first_at from (
    select t.account_id as account_id, d.host as host, min(d.ended_at) as first_at,
        (select coalesce(r.shared_inbox, r.inbox) from actors r where r.host = d.host limit 1) as inbox
    from delivery_results d join tweets t on t.id = d.tweet_id
    where t.local and d.delivered > 0 group by t.account_id, d.host) known
where inbox is not null
on conflict do nothing;

-- Which hosts an activity goes to beside inboxes that are known by name: all that its author reached, or those that have
-- the post. They have their rows up to reached_to. And whose words it carries, when that is not its author.
alter table outbox add column reach bigint not null default 0;
alter table outbox add column reached_to text;
alter table outbox add column carries_id bigint;
drop index outbox_fanning_out;
create index outbox_fanning_out on outbox (id) where fanned_to is not null or reached_to is not null;

-- Accounts of ours that left. erased: nothing is left of them but their names; told: other hosts have heard of it by the
-- activity outbox_id, or were given up, and the account has no keys any more.
create table departures (
    account_id bigint primary key references accounts (id) on delete cascade,
    left_at bigint not null,
    outbox_id bigint,
    erased boolean not null default false,
    told boolean not null default false
);
create index departures_unerased on departures (account_id) where not erased;
create index departures_untold on departures (account_id) where not told;
