-- What is to be told of a video beside itself: its jobs that wait, run or failed. Those that are done are many more.
create index procrastinate_jobs_open on procrastinate_jobs ((args->>'owner_id'), id) where status in ('todo', 'doing', 'failed');
