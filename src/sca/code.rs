//! The error codes that speak of strong authentication, of both generations, with what to do about each.

use crate::types::ErrorCode;

macro_rules! codes {
    ($($(#[doc = $meaning:literal])+ $variant:ident = $code:literal => $remedy:literal,)+) => {
        /// Why LinkCy refused a call for a reason of strong authentication.
        ///
        /// None of them refreshes a token or repeats a call. Source: [R/card] and \[178\] of the guide.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ScaCode {
            $($(#[doc = $meaning])+ #[doc = ""] #[doc = concat!("What to do: ", $remedy, ".")] $variant,)+
            /// A code of strong authentication that this version does not know.
            Other(ErrorCode),
        }

        impl ScaCode {
            /// The SCA code behind an `errorCode`, if it is one.
            pub fn of(code: &ErrorCode) -> Option<Self> {
                match code.as_str() {
                    $($code => Some(Self::$variant),)+
                    other if other.starts_with("SCA_") => Some(Self::Other(code.clone())),
                    _ => None,
                }
            }

            /// The code as the API writes it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $code,)+
                    Self::Other(code) => code.as_str(),
                }
            }

            /// What to do about it.
            pub fn remedy(&self) -> &'static str {
                match self {
                    $(Self::$variant => $remedy,)+
                    Self::Other(_) => "see LinkCy's documentation for this code",
                }
            }
        }
    };
}

codes! {
    /// The operation needs SCA and the strategy does not satisfy it.
    Required = "SCA_REQUIRED" => "set an SCA policy that the message's strategy satisfies",
    /// The signature is not that of these bytes by this device.
    SignatureDoesNotMatch = "SCA_SIGNATURE_DOES_NOT_MATCH" => "sign exactly the bytes that are sent, with the end-user's registered device",
    /// The end-user has no active device.
    NoActiveDevice = "NO_ACTIVE_SCA_DEVICE_FOUND" => "have the end-user register and activate a device",
    /// The device cannot be used.
    DeviceNotValid = "SCA_DEVICE_NOT_VALID" => "have the end-user register the device anew",
    /// The signature header is malformed.
    SignatureFormatInvalid = "SCA_SIGNATURE_FORMAT_INVALID" => "send the header value exactly as the device's SDK gives it",
    /// DATA_SIGNING without a signature.
    SignatureMissing = "SCA_SIGNATURE_MISSING" => "use ScaPolicy::DataSigning, which signs every call",
    /// Something went wrong on LinkCy's side.
    Unexpected = "SCA_UNEXPECTED_ERROR" => "look whether it happened, then try again later",
    /// The end-user has no device (first generation).
    DeviceNotSet = "SCA_DEVICE_NOT_SET" => "have the end-user enrol a device",
    /// The device lacks the factor (first generation).
    FactorNotSet = "SCA_FACTOR_NOT_SET" => "have the end-user set the factor, or ask for the other one",
    /// There is no such device.
    DeviceNotFound = "SCA_DEVICE_NOT_FOUND" => "look which devices the end-user has",
    /// The end-user has a device already.
    DeviceAlreadySet = "SCA_DEVICE_ALREADY_SET" => "use that device, or reset it if the end-user has lost it",
    /// The device has this factor already (first generation).
    BiometryAlreadySet = "SCA_BIOMETRY_ALREADY_SET" => "nothing: the end-user can confirm by finger or face",
    /// The SCA id is not known (first generation).
    InteractionNotFound = "SCA_INTERACTION_NOT_FOUND" => "make the call anew, without an SCA id",
    /// The end-user has not decided yet (first generation).
    InteractionNotCompleted = "SCA_INTERACTION_NOT_COMPLETED" => "resume the pending call later",
    /// The end-user declined, or the time ran out (first generation).
    InteractionDeclined = "SCA_INTERACTION_DECLINED" => "make the call anew if the end-user still wants it",
    /// The SCA id was used already (first generation).
    InteractionAlreadyConsumed = "SCA_INTERACTION_ALREADY_CONSUMED" => "look whether the operation has happened; an SCA id is good for one call",
    /// Body or address differ from what the end-user approved (first generation).
    InteractionDoesNotMatch = "SCA_INTERACTION_DOES_NOT_MATCH" => "resume the pending call itself, which sends the identical bytes",
}
