alter table videos add column tags jsonb not null default '[]';
