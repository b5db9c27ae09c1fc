//! A client for these tests: it holds every answer against the description, so that no test passes on an answer that
//! LinkCy could not have given.
#![allow(dead_code, reason = "each test file uses the part it needs")]

pub mod holder;
pub mod receiver;

use linkcy_sandbox::description::{Description, Match};
use linkcy_sandbox::{Builder, Sandbox};
use reqwest::Method;
use serde_json::{Value, json};

pub struct Api {
    pub sandbox: Sandbox,
    pub http: reqwest::Client,
    description: std::sync::Arc<Description>,
    pub token: Option<String>,
    succeeded: std::sync::Mutex<std::collections::BTreeSet<(String, String)>>,
}

/// What was answered.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
    pub headers: reqwest::header::HeaderMap,
}

impl Answer {
    /// The body of an answer with that status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    /// The errorCode of an answer with that status.
    #[track_caller]
    pub fn refused(self, status: u16) -> String {
        self.expect(status)["errorCode"].as_str().unwrap_or("no code").to_owned()
    }

    /// The fields named by a 400.
    #[track_caller]
    pub fn wrong_fields(self) -> Vec<String> {
        let details = self.expect(400)["details"].clone();
        details.as_array().unwrap().iter().map(|detail| detail["field"].as_str().unwrap().to_owned()).collect()
    }
}

impl Api {
    /// A sandbox, and the partner logged in.
    pub async fn start() -> Self {
        Self::with(Sandbox::builder()).await
    }

    pub async fn with(builder: Builder) -> Self {
        let mut api = Self::anonymous(builder, Description::current()).await;
        api.login().await;
        api
    }

    /// A sandbox that obeys 1.78.0, and the partner logged in.
    pub async fn v1_78() -> Self {
        let builder = Sandbox::builder().description(Description::v1_78());
        let mut api = Self::anonymous(builder, Description::v1_78()).await;
        api.login().await;
        api
    }

    pub async fn anonymous(builder: Builder, description: std::sync::Arc<Description>) -> Self {
        let sandbox = builder.start().await.unwrap();
        Self { sandbox, http: reqwest::Client::new(), description, token: None, succeeded: Default::default() }
    }

    /// What the sandbox obeys.
    pub fn description(&self) -> &Description {
        &self.description
    }

    pub fn partner_login(&self) -> Value {
        let credentials = self.sandbox.credentials();
        json!({
            "partnerName": credentials.partner_name,
            "username": credentials.username,
            "password": credentials.password,
        })
    }

    pub async fn login(&mut self) -> Value {
        self.token = None;
        let tokens = self.post("/api/partner/login", self.partner_login()).await.expect(200);
        self.token = Some(tokens["token"].as_str().unwrap().to_owned());
        tokens
    }

    /// A request to the control interface: the answer's status and JSON.
    pub async fn control(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let request = self.http.request(method, format!("{}/_sandbox{path}", self.sandbox.url())).json(&body);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// What the control interface shows.
    pub async fn look(&self, path: &str) -> Value {
        self.control(Method::GET, path, Value::Null).await.1
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[]).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body), &[]).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, Some(body), &[]).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, Some(body), &[]).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None, &[]).await
    }

    pub async fn post_empty(&self, path: &str) -> Answer {
        self.send(Method::POST, path, None, &[]).await
    }

    /// Forces a corporate's KYB to VALIDATED.
    pub async fn patch_status(&self, corporate: &str) -> Answer {
        self.patch(&format!("{corporate}/kyb"), json!({ "kybStatus": "VALIDATED" })).await
    }

    pub async fn post_close(&self, ledger: &str) -> Answer {
        self.post(&format!("{ledger}/close"), json!({ "operator": "PARTNER" })).await
    }

    pub async fn post_activate(&self, card: &str, body: Value) -> Answer {
        self.post(&format!("{card}/activate"), body).await
    }

    /// A request without body, with a method of its own.
    pub async fn ask(&self, method: Method, path: &str) -> Answer {
        self.send(method, path, None, &[]).await
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<Value>, headers: &[(&str, &str)]) -> Answer {
        self.try_send(method, path, body, headers).await.unwrap()
    }

    /// The same as somebody else.
    pub async fn as_bearer(&self, token: &str, method: Method, path: &str, body: Option<Value>) -> Answer {
        let authorization = format!("Bearer {token}");
        self.send(method, path, body, &[("authorization", &authorization)]).await
    }

    pub async fn try_send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Result<Answer, reqwest::Error> {
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.sandbox.url()));
        if let Some(token) = &self.token
            && !headers.iter().any(|(name, _)| *name == "authorization")
        {
            request = request.bearer_auth(token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        self.finish(method, path, request).await
    }

    pub async fn upload(&self, path: &str, form: reqwest::multipart::Form) -> Answer {
        let mut request = self.http.post(format!("{}{path}", self.sandbox.url())).multipart(form);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        self.finish(Method::POST, path, request).await.unwrap()
    }

    async fn finish(
        &self,
        method: Method,
        path: &str,
        request: reqwest::RequestBuilder,
    ) -> Result<Answer, reqwest::Error> {
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await?;
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
        let answer = Answer { status, body, headers };
        self.must_conform(method.as_str(), path, &answer);
        Ok(answer)
    }

    /// Every answer is one that the description allows.
    fn must_conform(&self, method: &str, path: &str, answer: &Answer) {
        let path = path.split('?').next().unwrap();
        let Match::Operation(operation, _) = self.description.route(method, path) else {
            return;
        };
        let Some(shape) = operation.answers.get(&answer.status) else {
            // Not every operation documents every refusal; a success has to be documented.
            assert!(answer.status >= 400, "{method} {path} answered {} undocumented", answer.status);
            return;
        };
        if (200..300).contains(&answer.status) {
            self.succeeded.lock().unwrap().insert((operation.method.clone(), operation.path.clone()));
        }
        match &shape.content {
            Some((media_type, schema)) => {
                let sent = answer.headers["content-type"].to_str().unwrap();
                assert_eq!(sent.split(';').next(), Some(media_type.as_str()), "{method} {path}");
                if let Some(schema) = schema {
                    let is_1_78 = self.description.version() == "1.78.0";
                    // 1.78.0 names its SCA codes in its pages alone: they are missing from the lists of values.
                    let violations: Vec<_> = schema
                        .violations(&answer.body)
                        .into_iter()
                        .filter(|one| one.field != "errorCode" || !(is_1_78 && is_about_sca(&one.rejected)))
                        .collect();
                    assert_eq!(violations, [], "{method} {path} {}: {}", answer.status, answer.body);
                }
            }
            None => assert_eq!(answer.body, json!(""), "{method} {path} {}", answer.status),
        }
    }

    /// The operations of the description that no call of this test succeeded with.
    pub fn not_yet_succeeded(&self) -> Vec<String> {
        let succeeded = self.succeeded.lock().unwrap();
        let all = self.description.operations().iter().map(|one| (one.method.clone(), one.path.clone()));
        all.filter(|one| !succeeded.contains(one)).map(|(method, path)| format!("{method} {path}")).collect()
    }

    /// A corporate as it is right after creation, and its account owner.
    pub async fn corporate(&self, number: &str) -> (String, String) {
        let corporate = json!({
            "registeredName": "Acme",
            "incorporationCountry": "FRA",
            "incorporationCode": format!("RCS-{number}"),
            "incorporationDate": "2010-05-01",
            "legalType": { "franceValue": "FR_SOCIETE_PAR_ACTIONS_SIMPLIFIEE_SAS" },
            "industry": "CHILD_ADOPTION",
            "registeredAddress": address(),
            "expectedMonthlyExpenses": { "value": "LESS_THAN_10_000", "currency": "EUR" },
            "lastTermsAccepted": self.terms().await,
            "accountOwnerInfo": {
                "firstName": "Carla",
                "lastName": "Petit",
                "isDirector": true,
                "directSharesPercentage": 60,
                "emailAddress": "carla@example.com",
                "phone": { "countryCode": "33", "number": number },
            },
        });
        let created = self.post("/api/partner/corporates", corporate).await.expect(201);
        let text = |field: &str| created[field].as_str().unwrap().to_owned();
        (text("corporateId"), text("accountOwnerId"))
    }

    /// A corporate that may bank.
    pub async fn banked_corporate(&self, number: &str) -> String {
        let (corporate, owner) = self.corporate(number).await;
        self.verify_phone(json!({ "relatedPhysicalPersonId": owner })).await;
        self.validate_kyc(json!({ "relatedPhysicalPersonId": owner })).await;
        let kyb = format!("/api/partner/corporates/{corporate}/kyb");
        self.patch(&kyb, json!({ "kybStatus": "VALIDATED" })).await.expect(200);
        corporate
    }

    /// Tokens of a consumer, who gets a password first.
    pub async fn consumer_tokens(&self, phone: &str) -> Value {
        self.end_user_tokens(json!({ "consumerPhone": phone })).await
    }

    /// Tokens of an end-user, told by its phone, who gets a password first.
    pub async fn end_user_tokens(&self, who: Value) -> Value {
        let who = with(who, "partnerName", json!(self.sandbox.credentials().partner_name));
        // The account owner's reset also asks for the phone under its own name.
        let phone = who["accountOwnerPhone"].clone();
        let reset = with(who, "phone", if phone.is_null() { json!("0") } else { phone });
        let secret = self.post("/api/partner/passwords/reset/sandbox", reset).await.expect(200);
        let change = json!({ "passwordChangeSecret": secret["passwordChangeSecret"], "newPassword": "s3cret-pw" });
        self.post("/api/partner/passwords/change", change).await.expect(200)
    }

    /// The id of the first active card profile of that kind for consumers' French ledgers.
    pub async fn card_profile(&self, kind: &str) -> String {
        let query = format!("userTypes=CONSUMER&ledgerTypes=EUR_FRANCE&cardTypes={kind}");
        let profiles = self.get(&format!("/api/partner/card-profiles?{query}")).await.expect(200);
        id(&profiles["content"][0])
    }

    pub async fn card(&self, ledger: &str, kind: &str) -> String {
        let mut card = json!({ "ledgerId": ledger, "profileId": self.card_profile(kind).await });
        if kind == "PHYSICAL" {
            card["deliveryMethod"] = json!("FRENCH_MAIL");
        }
        id(&self.post("/api/partner/cards", card).await.expect(201))
    }

    /// The version of the terms in force.
    pub async fn terms(&self) -> String {
        let terms = self.get("/api/partner/docs/terms?type=CONSUMER&language=EN").await.expect(200);
        terms["version"].as_str().unwrap().to_owned()
    }

    /// A consumer as it is right after creation.
    pub async fn consumer(&self, number: &str) -> String {
        let consumer = json!({
            "firstName": "Alice",
            "lastName": "Martin",
            "phone": { "countryCode": "33", "number": number },
            "emailAddress": "alice@example.com",
            "lastTermsAccepted": self.terms().await,
        });
        id(&self.post("/api/partner/consumers", consumer).await.expect(201))
    }

    /// A consumer who may bank.
    pub async fn banked_consumer(&self, number: &str) -> String {
        let consumer = self.consumer(number).await;
        self.verify_phone(json!({ "consumerId": consumer })).await;
        self.validate_kyc(json!({ "consumerId": consumer })).await;
        consumer
    }

    pub async fn verify_phone(&self, person: Value) {
        self.post("/api/partner/verifications/phone/send", person.clone()).await.expect(200);
        self.post("/api/partner/verifications/phone/verify", with(person, "code", json!("123456"))).await.expect(204);
    }

    pub async fn validate_kyc(&self, person: Value) {
        self.post("/api/partner/kyc/simulate", with(person, "kycStatus", json!("VALIDATED"))).await.expect(201);
    }

    /// An upgraded ledger with that much on it, in euros.
    pub async fn ledger(&self, end_user: &str, euros: u32) -> String {
        let ledger = json!({ "endUserId": end_user, "type": "EUR_FRANCE", "autoUpgrade": true });
        let ledger = id(&self.post("/api/partner/ledgers", ledger).await.expect(201));
        if euros > 0 {
            let credit = json!({ "ledgerId": ledger, "amount": euros });
            self.post("/api/partner/ledgers/credit", credit).await.expect(200);
        }
        ledger
    }

    pub async fn beneficiary(&self, end_user: &str) -> String {
        let beneficiary = beneficiary(end_user, "Bob Durand", "FR7630006000011234567890189");
        id(&self.post("/api/partner/beneficiaries", beneficiary).await.expect(201))
    }

    /// The three amounts of a ledger.
    pub async fn balance(&self, ledger: &str) -> (Value, Value, Value) {
        let ledger = self.get(&format!("/api/partner/ledgers/{ledger}")).await.expect(200);
        (ledger["totalAmount"].clone(), ledger["availableAmount"].clone(), ledger["reservedAmount"].clone())
    }
}

pub fn beneficiary(end_user: &str, name: &str, iban: &str) -> Value {
    json!({
        "endUserId": end_user,
        "type": "PERSON",
        "name": name,
        "bankingDetails": { "iban": iban, "bic": "BNPAFRPP" },
    })
}

fn is_about_sca(code: &str) -> bool {
    code.starts_with("SCA_") || code == "NO_ACTIVE_SCA_DEVICE_FOUND"
}

pub fn address() -> Value {
    json!({ "isoCountryCode": "FRA", "city": "Paris", "postalCode": "75001", "street": "rue de Rivoli", "number": "1" })
}

/// The id in an answer.
pub fn id(answer: &Value) -> String {
    answer["id"].as_str().unwrap().to_owned()
}

/// An object with one field more.
pub fn with(mut object: Value, field: &str, value: Value) -> Value {
    object[field] = value;
    object
}
