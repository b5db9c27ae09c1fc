//! Strong customer authentication, from the server's and the phone's side.
//!
//! LinkCy's documentation leaves parts of it open. What the sandbox does there is its own choice, and marked so:
//! - *What a data signature covers.* It is PowerAuth's 3.1, as Wultra documents it; by which name the path goes is in no
//!   document of LinkCy's, so it is a setting: see [`UriIdentifier`].
//! - *How a push is completed where there is no Linkcy-SCA-Id header* (1.114.5). The identical request is sent again:
//!   202 with the same scaId while it is pending, the operation's answer once it is approved, 409 SCA_REQUIRED once it is
//!   declined, and a new interaction when it has expired.
//! - *When the server asks for SCA without being told a strategy*: see [`ScaDemand`].
//! - *Whose device a partner's call concerns*: that of the end-user the call is about; a call about none passes.

pub(crate) mod gate;
pub(crate) mod phone;
pub(crate) mod powerauth;

pub use crate::settings::{ScaDemand, UriIdentifier};
pub use crate::state::interaction::{InteractionState, ScaInteraction};
pub use phone::{DeviceKey, sign, sign_with};
pub use powerauth::{APPLICATION_KEY, APPLICATION_SECRET, SignatureType, SignedRequest};
