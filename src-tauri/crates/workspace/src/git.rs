//! Which branch a folder is on, without running git.

use std::path::{Path, PathBuf};

use crate::files::read_to_string;

/// The branch that is checked out in the repository around `folder`: its name, or the first seven digits of the commit
/// when no branch is checked out. None outside of a repository, or when it can't be read.
pub fn git_branch(folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    let head = read_to_string(&folder.ancestors().find_map(git_folder)?.join("HEAD")).ok()?;
    let head = head.trim();
    match head.strip_prefix("ref:") {
        Some(reference) => {
            let reference = reference.trim();
            let branch = reference.strip_prefix("refs/heads/").unwrap_or(reference);
            (!branch.is_empty() && !branch.chars().any(char::is_control)).then(|| branch.to_owned())
        }
        None => (head.len() >= 40 && head.bytes().all(|b| b.is_ascii_hexdigit())).then(|| head[..7].to_owned()),
    }
}

/// The git folder of the repository whose root is `folder`: `.git` itself, or where the file `.git` of a worktree or
/// submodule points.
fn git_folder(folder: &Path) -> Option<PathBuf> {
    let git = folder.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    let text = read_to_string(&git).ok()?;
    let target = text.lines().find_map(|line| line.strip_prefix("gitdir:"))?.trim();
    // A relative path counts from the folder of the file; joining an absolute one replaces it.
    Some(folder.join(target))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use std::fs;

    use super::*;

    #[test]
    fn a_branch_is_found_from_a_folder_below() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("a/b");
        fs::create_dir_all(&below).unwrap();
        fs::create_dir(folder.path().join(".git")).unwrap();
        fs::write(folder.path().join(".git/HEAD"), "ref: refs/heads/feature/x\n").unwrap();
        assert_eq!(git_branch(&below).as_deref(), Some("feature/x"));
        fs::write(folder.path().join(".git/HEAD"), format!("{}\n", "0123456789".repeat(4))).unwrap();
        assert_eq!(git_branch(&below).as_deref(), Some("0123456"), "a commit without a branch");
        fs::write(folder.path().join(".git/HEAD"), "é".repeat(60)).unwrap();
        assert_eq!(git_branch(&below), None, "nonsense is no branch");
    }

    #[test]
    fn a_worktree_points_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let (tree, git) = (folder.path().join("tree"), folder.path().join("main/.git/worktrees/tree"));
        fs::create_dir_all(&tree).unwrap();
        fs::create_dir_all(&git).unwrap();
        fs::write(git.join("HEAD"), "ref: refs/heads/side\n").unwrap();
        for pointer in ["../main/.git/worktrees/tree".to_owned(), git.display().to_string()] {
            fs::write(tree.join(".git"), format!("gitdir: {pointer}\n")).unwrap();
            assert_eq!(git_branch(&tree).as_deref(), Some("side"), "{pointer}");
        }
    }
}
