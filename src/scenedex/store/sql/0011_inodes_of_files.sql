-- By inode, size and time of change a file that was moved or renamed is known again without being read.
alter table files add column inode bigint;
create index files_inodes on files (owner_id, inode);
