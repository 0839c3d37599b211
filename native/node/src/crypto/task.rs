//! Work on Node's thread pool.

use std::panic::{AssertUnwindSafe, catch_unwind};

use napi::bindgen_prelude::{AsyncTask, Buffer, Error, Result, Status};
use napi::{Env, Task};

use crate::raw::Thrown;

type Work<T> = Box<dyn FnOnce() -> std::result::Result<T, u32> + Send>;

/// Work that makes bytes. It rejects with the status as its message, which TypeScript turns into words.
pub struct BytesTask(Option<Work<Vec<u8>>>);

impl BytesTask {
    pub fn run(
        work: impl FnOnce() -> std::result::Result<Vec<u8>, u32> + Send + 'static,
    ) -> AsyncTask<Self> {
        AsyncTask::new(Self(Some(Box::new(work))))
    }
}

impl Task for BytesTask {
    type Output = Vec<u8>;
    type JsValue = Buffer;

    fn compute(&mut self) -> Result<Self::Output> {
        finish(self.0.take())
    }

    fn resolve(&mut self, _: Env, output: Self::Output) -> Result<Self::JsValue> {
        Ok(output.into())
    }
}

/// Work that says yes or no.
pub struct BooleanTask(Option<Work<bool>>);

impl BooleanTask {
    pub fn run(
        work: impl FnOnce() -> std::result::Result<bool, u32> + Send + 'static,
    ) -> AsyncTask<Self> {
        AsyncTask::new(Self(Some(Box::new(work))))
    }
}

impl Task for BooleanTask {
    type Output = bool;
    type JsValue = bool;

    fn compute(&mut self) -> Result<Self::Output> {
        finish(self.0.take())
    }

    fn resolve(&mut self, _: Env, output: Self::Output) -> Result<Self::JsValue> {
        Ok(output)
    }
}

fn finish<T>(work: Option<Work<T>>) -> Result<T> {
    let work = work.ok_or_else(|| Error::from_reason("a task ran twice"))?;
    catch_unwind(AssertUnwindSafe(work))
        .map_err(|_| Error::from_reason("a native task panicked"))?
        .map_err(|status| Error::from_reason(format!("status {status}")))
}

/// The same error through the macros, whose functions carry no code of their own: it stands in front.
pub fn thrown(error: Thrown) -> Error {
    Error::new(
        Status::GenericFailure,
        format!("{}: {}", error.code(), error.message()),
    )
}
