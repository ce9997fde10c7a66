//! To be written.

use anyhow::Result;

pub fn bench(_json: bool) -> Result<()> {
    Ok(())
}
