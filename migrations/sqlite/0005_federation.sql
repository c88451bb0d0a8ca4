-- Only the word of its owner makes a thing gone; by_actor is empty when it is ours.
create table tombstones_by_actor (
    uri text not null,
    by_actor text not null default '',
    created_at bigint not null,
    primary key (uri, by_actor)
) without rowid;
insert into tombstones_by_actor (uri, created_at) select uri, created_at from tombstones;
drop table tombstones;
alter table tombstones_by_actor rename to tombstones;
create index tombstones_by_age on tombstones (created_at);

-- Two actors of a host may not claim each other's ids; and whose host it came from, for fairness.
create table inbox_by_actor (
    id integer primary key,
    activity_uri text not null,
    actor_uri text not null,
    host text not null default '',
    object_uri text not null,
    body blob not null,
    state text not null default 'waiting',
    attempts bigint not null default 0,
    next_attempt_at bigint not null default 0,
    lease_until bigint not null default 0,
    error text,
    created_at bigint not null
);
insert into inbox_by_actor (id, activity_uri, actor_uri, object_uri, body, state, attempts, next_attempt_at,
    lease_until, error, created_at)
select id, activity_uri, actor_uri, object_uri, body, state, attempts, next_attempt_at, lease_until, error,
    created_at from inbox;
drop table inbox;
alter table inbox_by_actor rename to inbox;
create unique index inbox_once on inbox (activity_uri, actor_uri);
create index inbox_waiting on inbox (next_attempt_at, id) where state = 'waiting';
create index inbox_by_object on inbox (object_uri, id) where state = 'waiting';
create index inbox_by_age on inbox (created_at);
create index inbox_parked on inbox (created_at) where state = 'parked';

-- A delivery remembers how it fared, so that a lane may be given back while an author has to wait.
alter table deliveries add column refusals bigint not null default 0;
alter table deliveries add column failed_at bigint;
alter table deliveries add column not_before bigint not null default 0;

-- When a host with nothing to do now is looked at again, and up to which delivery that was judged.
alter table instances add column look_at bigint not null default 0;
alter table instances add column looked_to bigint not null default 0;
create index instances_blocked on instances (host) where blocked;

-- An activity fans out in the order of follows: up to this one the rows are written.
drop index outbox_fanning_out;
alter table outbox add column fanned_to bigint;
update outbox set fanned_to = 0 where fanout_after is not null;
alter table outbox drop column fanout_after;
create index outbox_fanning_out on outbox (id) where fanned_to is not null;
