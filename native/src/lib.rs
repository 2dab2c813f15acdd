//! C functions for validating JSON against a JSON Schema (draft 2020-12), and the
//! re-export that keeps Temporal's C bridge in this static library.
//!
//! Ownership: `weft_schema_compile` returns a schema to be freed with `weft_schema_free`;
//! every returned string is freed with `weft_string_free`. A compiled schema may be used
//! from several threads at once. No function reads files or the network.

pub use temporalio_sdk_core_c_bridge as core_bridge;

use std::ffi::{CString, c_char};

pub struct WeftSchema(jsonschema::Validator);

fn text<'a>(data: *const u8, size: usize) -> &'a [u8] {
    if size == 0 { &[] } else { unsafe { std::slice::from_raw_parts(data, size) } }
}

fn owned(s: String) -> *mut c_char {
    // JSON never holds a raw NUL, and messages are cleaned of it.
    CString::new(s.replace('\0', "\u{fffd}")).unwrap_or_default().into_raw()
}

/// Compiles a schema. On failure returns null and sets `*error` to a JSON object
/// `{ "path": JSON pointer into the schema, "message": text }`.
///
/// # Safety
/// `data` holds `size` readable bytes; `error` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn weft_schema_compile(data: *const u8, size: usize, error: *mut *mut c_char) -> *mut WeftSchema {
    let fail = |path: String, message: String| {
        unsafe { *error = owned(serde_json::json!({ "path": path, "message": message }).to_string()) };
        std::ptr::null_mut()
    };
    let schema: serde_json::Value = match serde_json::from_slice(text(data, size)) {
        Ok(value) => value,
        Err(e) => return fail(String::new(), e.to_string()),
    };
    match std::panic::catch_unwind(|| jsonschema::options().with_draft(jsonschema::Draft::Draft202012).build(&schema)) {
        Ok(Ok(validator)) => Box::into_raw(Box::new(WeftSchema(validator))),
        Ok(Err(e)) => fail(e.instance_path().to_string(), e.to_string()),
        Err(_) => fail(String::new(), "the schema could not be compiled".into()),
    }
}

/// Validates a JSON text. Returns a JSON list of `{ "path", "message" }`, at most `limit`
/// entries, empty when valid.
///
/// # Safety
/// `schema` comes from `weft_schema_compile`; `data` holds `size` readable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn weft_schema_validate(schema: *const WeftSchema, data: *const u8, size: usize, limit: usize) -> *mut c_char {
    let instance: serde_json::Value = match serde_json::from_slice(text(data, size)) {
        Ok(value) => value,
        Err(e) => return owned(serde_json::json!([{ "path": "", "message": e.to_string() }]).to_string()),
    };
    let errors: Vec<serde_json::Value> = unsafe { &*schema }
        .0
        .iter_errors(&instance)
        .take(limit)
        .map(|e| serde_json::json!({ "path": e.instance_path().to_string(), "message": e.to_string() }))
        .collect();
    owned(serde_json::Value::Array(errors).to_string())
}

/// # Safety
/// `schema` comes from `weft_schema_compile` and is not used afterwards; null is accepted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn weft_schema_free(schema: *mut WeftSchema) {
    if !schema.is_null() {
        drop(unsafe { Box::from_raw(schema) });
    }
}

/// # Safety
/// `s` comes from a function of this file and is not used afterwards; null is accepted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn weft_string_free(s: *mut c_char) {
    if !s.is_null() {
        drop(unsafe { CString::from_raw(s) });
    }
}
