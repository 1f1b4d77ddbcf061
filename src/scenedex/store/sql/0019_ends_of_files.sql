-- A moved file is known again only where it begins and ends as it did: inodes, sizes and times recur on other disks.
alter table files add column ends text;
