//! How long tokens live; and in a sandbox, whether a refresh token can be used twice, in a session of its own.

use linkcy::types::{LoginResponse, PartnerLoginRequest, PartnerLoginRequestRequired, TokenRefreshRequest};

use super::Rehearsal;

impl Rehearsal {
    pub(super) async fn tokens(&self) {
        let client = &self.client;
        if client.session().authorization().await.is_ok() {
            self.report().token_life = client.session().expires_in();
        }
        if !client.environment().allows_bypass() {
            return;
        }
        let login = PartnerLoginRequest::new(PartnerLoginRequestRequired {
            partner_name: self.login.partner.clone(),
            password: self.login.password.clone(),
            username: self.login.username.clone(),
        });
        let Some(reply) = self.ask("auth.login", client.auth().login(login).send()).await else { return };
        let LoginResponse::Tokens(tokens) = reply.value else { return };
        let refresh = TokenRefreshRequest::new(tokens.refresh_token);
        if self.ask("auth.refresh", client.auth().refresh(&refresh).send()).await.is_none() {
            return;
        }
        let again = client.auth().refresh(&refresh).send().await;
        self.report().refresh_token_dies = match again {
            Ok(_) => Some(false),
            Err(error) => error.status().is_some_and(|status| status < 500).then_some(true),
        };
    }
}
