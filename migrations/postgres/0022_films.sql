-- What is to be seen of a picture when it is cut (ten-thousandths from the middle, right and up), how far a film or
-- sound is (0 ready, 1 worked on, 2 failed), and how long it lasts.
alter table media add column focus_x bigint;
alter table media add column focus_y bigint;
alter table media add column state bigint not null default 0;
alter table media add column duration_ms bigint not null default 0;

-- Films and sounds that are to be worked on; whoever does so has one until lease_until.
create table film_jobs (
    media_id bigint primary key references media (id) on delete cascade,
    due_at bigint not null,
    attempts bigint not null default 0,
    leased_by bigint not null default 0,
    lease_until bigint not null default 0
);
create index film_jobs_due on film_jobs (due_at, media_id);
