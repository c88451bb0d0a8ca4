-- How long a host usually takes to answer; null while it is not known.
alter table instances add column answer_ms bigint;
