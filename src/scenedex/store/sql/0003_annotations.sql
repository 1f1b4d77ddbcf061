alter table videos add column annotations jsonb not null default '{}';  -- kind to how it was made
alter table captions add column measures jsonb not null default '{}';  -- how sure whoever read or heard it was
