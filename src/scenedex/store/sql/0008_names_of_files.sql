-- What its sender calls a file that came over HTTP: on the disk it has a name of ours.
alter table files add column name text;
