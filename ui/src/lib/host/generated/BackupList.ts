// Made from the list of commands by `cargo xtask bindings`.
import type { Backup } from "./Backup.ts";

/**
 * The copies of the database that are there.
 */
export type BackupList = {
/**
 * Their folder.
 */
folder: string,
/**
 * The newest first.
 */
backups: Array<Backup>,
/**
 * How large the database itself is.
 */
database_bytes: number,
/**
 * How large all logs together are.
 */
log_bytes: number, };
