-- Of what somebody wants to be told, by whom and by which way, in one word a kind that differs from the defaults; and the
-- minutes of the day from and until which they are not to be disturbed, where they live.
alter table notification_policies add column telling text not null default '';
alter table notification_policies add column quiet_from bigint;
alter table notification_policies add column quiet_until bigint;
alter table preferences add column time_zone text;
