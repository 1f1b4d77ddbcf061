-- What is to be told of a video beside itself: its jobs that wait, run or failed. Those that are done are many more.
create index procrastinate_jobs_open on procrastinate_jobs ((args->>'owner_id'), id) where status in ('todo', 'doing', 'failed');
-- In which languages something is said or written: read by skipping from one to the next.
create index captions_languages on captions (owner_id, language);
