"""The release that runs while the next one's migrations do; to be moved on with each release."""

# The commit, and each app's last migration in it.
COMMIT = "d9bb57ca5d129b00be28819fea5675d36ec9559a"
LAST = {
    "access": "0010_log_of_companies",
    "accounts": "0012_log_of_companies",
    "contracts": "0003_recall_retention_subprocessors",
    "downloads": "0008_upload_sha256",
    "orders": "0010_sums_that_count",
    "portal": "0008_login_days",
    "shop": "0011_rents_run_for_periods",
    "support": "0002_addresses_in_one_form",
}
