-- The space that went live in place of this one: the way back.
alter table spaces add column replaced_by int;
