//! The lives of consumers and corporates: phone, e-mail, KYC, related persons, shares, KYB, suspension.

mod support;

use jiff::SignedDuration;
use linkcy_sandbox::{Banking, Clock, Linkcy, Sandbox};
use serde_json::{Value, json};
use support::{Api, address, id, with};

const SEND: &str = "/api/partner/verifications/phone/send";
const VERIFY: &str = "/api/partner/verifications/phone/verify";

async fn standing() -> Api {
    let clock = Clock::standing("2026-03-01T10:00:00Z".parse().unwrap());
    Api::with(Sandbox::builder().clock(clock).token_life(SignedDuration::from_hours(24))).await
}

fn code(consumer: &str, code: &str) -> Value {
    json!({ "consumerId": consumer, "code": code })
}

#[tokio::test]
async fn a_phone_is_taken_once_and_needs_a_partner_when_nobody_is_logged_in() {
    let mut api = Api::start().await;
    api.consumer("612345678").await;
    let same = json!({ "phone": { "countryCode": "33", "number": "612345678" } });
    assert_eq!(api.post("/api/partner/consumers", same).await.refused(409), "PHONE_ALREADY_TAKEN");
    api.token = None;
    let other = json!({ "phone": { "countryCode": "33", "number": "612345679" } });
    assert_eq!(api.post("/api/partner/consumers", other.clone()).await.refused(409), "PARTNER_NAME_REQUIRED");
    api.post("/api/partner/consumers", with(other, "partnerName", json!("sandbox"))).await.expect(201);
}

#[tokio::test]
async fn a_phone_is_proved_by_its_code_within_ten_minutes_and_five_attempts() {
    let api = standing().await;
    let consumer = api.consumer("612345678").await;
    let person = json!({ "consumerId": consumer });
    assert_eq!(api.post(VERIFY, code(&consumer, "123456")).await.refused(409), "PHONE_CODE_HAS_EXPIRED");
    assert_eq!(api.post(SEND, person.clone()).await.expect(200)["ttl"], "PT10M");
    assert_eq!(api.post(SEND, person.clone()).await.refused(409), "PHONE_CODE_STILL_ACTIVE");
    for _ in 0..5 {
        assert_eq!(api.post(VERIFY, code(&consumer, "000000")).await.refused(400), "INVALID_PHONE_CODE");
    }
    assert_eq!(api.post(VERIFY, code(&consumer, "123456")).await.refused(409), "PHONE_CODE_HAS_EXPIRED");

    api.post(SEND, person.clone()).await.expect(200);
    api.sandbox.control().advance(SignedDuration::from_mins(10));
    assert_eq!(api.post(VERIFY, code(&consumer, "123456")).await.refused(409), "PHONE_CODE_HAS_EXPIRED");

    api.verify_phone(person.clone()).await;
    assert_eq!(api.post(SEND, person).await.refused(409), "PHONE_ALREADY_VERIFIED");
}

#[tokio::test]
async fn a_kyc_needs_a_proved_phone_and_ends_in_a_status() {
    let api = Api::start().await;
    let consumer = api.consumer("612345678").await;
    let person = json!({ "consumerId": consumer });
    let kyc = with(person.clone(), "kycConfiguration", json!({ "accessType": "LINK" }));
    assert_eq!(api.post("/api/partner/kyc", kyc.clone()).await.refused(409), "PHONE_MUST_BE_VERIFIED");
    api.verify_phone(person.clone()).await;
    let application = api.post("/api/partner/kyc", kyc.clone()).await.expect(201);
    assert_eq!(application["ttl"], "PT720H");

    let simulate =
        |status: &str| api.post("/api/partner/kyc/simulate", with(person.clone(), "kycStatus", json!(status)));
    simulate("PROCESSING").await.expect(201);
    assert_eq!(api.post("/api/partner/kyc", kyc.clone()).await.refused(409), "LAST_KYC_APPLICATION_NOT_FINISHED");
    simulate("DECLINED").await.expect(201);
    let again = api.post("/api/partner/kyc", kyc.clone()).await.expect(201);
    assert_ne!(application["id"], again["id"]);
    simulate("VALIDATED").await.expect(201);
    assert_eq!(api.post("/api/partner/kyc", kyc).await.refused(409), "KYC_ALREADY_VALIDATED");

    let read = api.get(&format!("/api/partner/consumers/{consumer}")).await.expect(200);
    assert_eq!(
        (&read["status"]["kyc"]["value"], &read["status"]["overall"]["value"]),
        (&json!("VALIDATED"), &json!("ACTIVE"))
    );
    let listed = api.get("/api/partner/kyc?kycStatus=DECLINED").await.expect(200);
    assert_eq!(listed["totalElements"], 1);
}

#[tokio::test]
async fn an_email_is_proved_by_its_link_until_it_changes() {
    let api = Api::start().await;
    let consumer = api.consumer("612345678").await;
    let (person, path) = (json!({ "consumerId": consumer }), format!("/api/partner/consumers/{consumer}"));
    api.post("/api/partner/verifications/email/send", person.clone()).await.expect(200);
    api.sandbox.control().verify_email(consumer.parse().unwrap());
    assert_eq!(api.get(&path).await.expect(200)["email"]["verified"], true);
    let again = api.post("/api/partner/verifications/email/send", person).await;
    assert_eq!(again.refused(409), "EMAIL_ALREADY_VERIFIED");
    api.patch(&path, json!({ "emailAddress": "new@example.com" })).await.expect(200);
    assert_eq!(api.get(&path).await.expect(200)["email"]["verified"], false);
}

#[tokio::test]
async fn fields_that_need_each_other_are_asked_for_together() {
    let api = Api::start().await;
    let consumer = |field: &str, value: &str| {
        let phone = json!({ "phone": { "countryCode": "33", "number": "612345678" } });
        api.post("/api/partner/consumers", with(phone, field, json!(value)))
    };
    let refused = [
        ("occupation", "OTHER", "OTHER_OCCUPATION_MUST_HAVE_A_DESCRIPTION"),
        ("sourceOfFunds", "OTHER", "OTHER_SOURCE_OF_FUNDS_MUST_HAVE_A_DESCRIPTION"),
        ("taxIdentificationNumber", "1", "TAX_IDENTIFICATION_NUMBER_MUST_HAVE_A_COUNTRY"),
        ("lastTermsAccepted", "0.1", "INVALID_TERMS_VERSION"),
    ];
    for (field, value, code) in refused {
        assert_eq!(consumer(field, value).await.refused(400), code);
    }
}

#[tokio::test]
async fn new_terms_have_to_be_accepted_before_banking_goes_on() {
    let api = Api::start().await;
    let consumer = api.banked_consumer("612345678").await;
    let ledger = json!({ "endUserId": consumer, "type": "EUR_FRANCE" });
    api.sandbox.control().publish_terms("2.0");
    let refused = api.post("/api/partner/ledgers", ledger.clone()).await;
    assert_eq!(refused.refused(409), "TERMS_AND_CONDITIONS_NOT_ACCEPTED");
    let path = format!("/api/partner/consumers/{consumer}");
    api.patch(&path, json!({ "lastTermsAccepted": api.terms().await })).await.expect(200);
    api.post("/api/partner/ledgers", ledger).await.expect(201);
}

#[tokio::test]
async fn a_suspended_end_user_does_not_bank_until_it_is_lifted() {
    let api = Api::start().await;
    let consumer = api.banked_consumer("612345678").await;
    let path = format!("/api/partner/end-users/{consumer}/suspensions");
    let suspension = json!({ "operator": "PARTNER", "reason": "fraud" });
    api.post(&path, suspension.clone()).await.expect(204);
    assert_eq!(api.post(&path, suspension).await.refused(409), "END_USER_MUST_NOT_BE_SUSPENDED");
    let as_linkcy = api.post(&path, json!({ "operator": "LINKCY", "reason": "x" })).await;
    assert_eq!(as_linkcy.refused(403), "INSUFFICIENT_RIGHTS");
    let ledger = json!({ "endUserId": consumer, "type": "EUR_FRANCE" });
    let refused = api.post("/api/partner/ledgers", ledger.clone()).await;
    assert_eq!(refused.refused(409), "END_USER_MUST_NOT_BE_SUSPENDED");
    api.delete(&format!("{path}/PARTNER")).await.expect(204);
    api.post("/api/partner/ledgers", ledger).await.expect(201);
}

#[tokio::test]
async fn a_deleted_consumers_phone_is_free_again_and_its_money_accounted_for() {
    let api = Api::start().await;
    let consumer = api.banked_consumer("612345678").await;
    api.ledger(&consumer, 100).await;
    api.delete(&format!("/api/partner/consumers/{consumer}")).await.expect(200);
    api.banked_consumer("612345678").await;
    let money = api.sandbox.control().money();
    assert_eq!((money.held.as_cents(), money.came_in.as_cents(), money.went_out.as_cents()), (0, 10_000, 10_000));
}

#[tokio::test]
async fn a_kyb_asks_for_what_it_misses_one_by_one() {
    let api = Api::start().await;
    let (corporate, owner) = api.corporate("612345678").await;
    let path = format!("/api/partner/corporates/{corporate}");
    let validate = || api.patch_status(&path);
    assert_eq!(validate().await.refused(409), "CORPORATE_MUST_HAVE_A_VALIDATED_DIRECTOR");
    api.post_empty(&format!("{path}/kyb/verification/ask")).await.expect(204);
    let kyb = api.get(&path).await.expect(200)["status"]["kyb"].clone();
    assert_eq!(kyb["value"], "NEED_ADDITIONAL_INFORMATION");

    api.verify_phone(json!({ "relatedPhysicalPersonId": owner })).await;
    api.validate_kyc(json!({ "relatedPhysicalPersonId": owner })).await;
    let second = json!({
        "info": { "firstName": "Dora", "lastName": "Leroy" },
        "isDirector": false,
        "sharesInfo": [{ "percentage": 30 }],
    });
    let second = id(&api.post(&format!("{path}/related"), second).await.expect(201));
    assert_eq!(validate().await.refused(409), "MISSING_CORPORATE_RELATED_KYC");
    api.validate_kyc(json!({ "relatedPhysicalPersonId": second })).await;
    api.post_empty(&format!("{path}/kyb/verification/ask")).await.expect(204);
    assert_eq!(api.get(&path).await.expect(200)["status"]["kyb"]["value"], "PENDING_VERIFICATION");
    validate().await.expect(200);

    // What is validated stays as it is, the external id left out.
    api.patch(&path, json!({ "registeredName": "Other", "externalId": "x-1" })).await.expect(200);
    let read = api.get(&path).await.expect(200);
    assert_eq!((&read["registeredName"], &read["externalId"]), (&json!("Acme"), &json!("x-1")));
    api.delete(&format!("/api/partner/corporates/related/{second}")).await.expect(409);
}

#[tokio::test]
async fn shares_neither_exceed_a_hundred_nor_go_in_a_circle() {
    let api = Api::start().await;
    let (corporate, owner) = api.corporate("612345678").await;
    let company = async |code: &str| {
        let company = json!({
            "info": { "registeredName": code, "incorporationCountry": "FRA", "incorporationCode": code },
            "isDirector": true,
            "sharesInfo": [],
        });
        id(&api.post(&format!("/api/partner/corporates/{corporate}/related"), company).await.expect(201))
    };
    let (one, two) = (company("A").await, company("B").await);
    let share = |holder: &str, percentage: f64, owned: Option<&str>| {
        let mut share = json!({ "corporateRelatedId": holder, "percentage": percentage });
        if let Some(owned) = owned {
            share["ownedCorporateId"] = json!(owned);
        }
        api.post("/api/partner/shares", share)
    };
    assert_eq!(share(&one, 0.0, None).await.refused(400), "SHARE_PERCENTAGE_EQUALS_ZERO");
    // The owner holds 60 already.
    assert_eq!(share(&one, 40.5, None).await.refused(400), "TOTAL_SHARES_PERCENTAGE_IS_OVER_100");
    share(&one, 40.0, None).await.expect(201);
    assert_eq!(share(&owner, 1.0, None).await.refused(409), "SHARE_ALREADY_EXIST");
    share(&two, 50.0, Some(&one)).await.expect(201);
    assert_eq!(share(&one, 10.0, Some(&two)).await.refused(409), "CYCLIC_SHARE_DEPENDENCY");
    let holder = api.get(&format!("/api/partner/corporates/related/{two}")).await.expect(200);
    assert_eq!(holder["totalSharesPercentage"], 20.0);
}

#[tokio::test]
async fn corporates_and_their_relations_are_unique() {
    let api = Api::start().await;
    let (corporate, owner) = api.corporate("612345678").await;
    let related = format!("/api/partner/corporates/{corporate}/related");
    let company = json!({
        "info": { "registeredName": "A", "incorporationCountry": "FRA", "incorporationCode": "A" },
        "isDirector": false,
        "sharesInfo": [],
    });
    let idle = api.post(&related, company.clone()).await;
    assert_eq!(idle.refused(400), "CORPORATE_RELATED_CORPORATE_MUST_BE_SHAREHOLDER_OR_DIRECTOR");
    let company = with(company, "isDirector", json!(true));
    api.post(&related, company.clone()).await.expect(201);
    assert_eq!(api.post(&related, company).await.refused(409), "CORPORATE_RELATED_CORPORATE_ALREADY_ADDED");
    let phone = json!({ "phone": { "countryCode": "33", "number": "1" } });
    let patched = api.patch(&format!("/api/partner/corporates/related/{owner}"), phone).await;
    assert_eq!(patched.refused(409), "ACCOUNT_OWNER_PHONE_CANNOT_BE_PATCHED");
}

#[tokio::test]
async fn documents_are_bounded_and_their_addresses_end() {
    use reqwest::multipart::{Form, Part};
    let api = standing().await;
    let consumer = api.consumer("612345678").await;
    let upload = |name: &str, bytes: Vec<u8>| {
        let file = Part::bytes(bytes).file_name(name.to_owned());
        api.upload("/api/partner/documents", Form::new().text("endUserId", consumer.clone()).part("file", file))
    };
    let pdf = |size: usize| [b"%PDF-1.4".as_slice(), &vec![7; size - 8]].concat();
    assert_eq!(upload("a.pdf", vec![0; 5 * 1024 * 1024]).await.refused(400), "TOO_LARGE_DOCUMENT");
    let document = id(&upload("a.pdf", pdf(100)).await.expect(201));
    for _ in 0..9 {
        upload("a.pdf", pdf(8)).await.expect(201);
    }
    assert_eq!(upload("a.pdf", pdf(8)).await.refused(409), "DOCUMENT_LIMIT_REACHED");

    let read = api.get(&format!("/api/partner/documents/{document}")).await.expect(200);
    let url = read["download"]["url"].as_str().unwrap().to_owned();
    assert_eq!(reqwest::get(&url).await.unwrap().bytes().await.unwrap().len(), 100);
    let unsigned = url.split('?').next().unwrap();
    assert_eq!(reqwest::get(unsigned).await.unwrap().status(), 403);
    api.sandbox.control().advance(SignedDuration::from_mins(10));
    assert_eq!(reqwest::get(&url).await.unwrap().status(), 403);
}

#[tokio::test]
async fn an_upload_without_its_file_names_the_field() {
    let api = Api::start().await;
    let form = reqwest::multipart::Form::new().text("type", "OTHER");
    assert_eq!(api.upload("/api/partner/documents", form).await.wrong_fields(), ["file"]);
}

#[tokio::test]
async fn an_upload_is_judged_by_its_content_whatever_its_name() {
    use reqwest::multipart::{Form, Part};
    let api = Api::start().await;
    let consumer = api.consumer("612345678").await;
    for (name, bytes, taken) in [
        (Some("blob"), b"%PDF-1.7".as_slice(), Some("application/pdf")),
        (None, b"%PDF-1.7", Some("application/pdf")),
        (Some("scan.txt"), b"\x89PNG\r\n\x1a\n", Some("image/png")),
        (Some("scan"), b"\xff\xd8\xff\xe0", Some("image/jpeg")),
        (Some("a.pdf"), b"only text", None),
        (Some("a.png"), b"", None),
    ] {
        let part = Part::bytes(bytes.to_vec());
        let part = match name {
            Some(name) => part.file_name(name),
            None => part,
        };
        let form = Form::new().text("endUserId", consumer.clone()).part("file", part);
        let uploaded = api.upload("/api/partner/documents", form).await;
        let Some(content_type) = taken else {
            assert_eq!(uploaded.refused(400), "INVALID_FILE_FORMAT", "{name:?}");
            continue;
        };
        let document = id(&uploaded.expect(201));
        let read = api.get(&format!("/api/partner/documents/{document}")).await.expect(200);
        let url = read["download"]["url"].as_str().unwrap();
        assert_eq!(reqwest::get(url).await.unwrap().headers()["content-type"], content_type, "{name:?}");
    }
}

#[tokio::test]
async fn an_address_that_bypassed_its_check_is_invalid_until_the_proof_comes() {
    use reqwest::multipart::{Form, Part};
    let api = Api::start().await;
    let unchecked = with(address(), "bypassVerification", json!(true));
    for (number, proves) in [("612345678", true), ("612345679", false)] {
        let consumer = api.consumer(number).await;
        let path = format!("/api/partner/consumers/{consumer}");
        let status = async || api.get(&path).await.expect(200)["address"]["status"].clone();
        api.patch(&path, json!({ "address": address() })).await.expect(200);
        assert_eq!(status().await, "VALID");
        api.patch(&path, json!({ "address": unchecked })).await.expect(200);
        assert_eq!(api.get(&path).await.expect(200)["address"], with(address(), "status", json!("INVALID")));
        if proves {
            let file = Part::bytes(b"%PDF-1.4".to_vec()).file_name("proof.pdf");
            let form =
                Form::new().text("endUserId", consumer.clone()).text("type", "PROOF_OF_ADDRESS").part("file", file);
            let document = id(&api.upload("/api/partner/documents", form).await.expect(201));
            let proof = json!({ "type": "UPLOADED_DOCUMENT", "documentId": document });
            api.post("/api/partner/verifications/address", proof).await.expect(200);
        } else {
            assert!(api.sandbox.control().verify_address(consumer.parse().unwrap()));
        }
        assert_eq!(status().await, "VALID");
    }
}

#[tokio::test]
async fn what_the_description_says_in_words_holds() {
    let api = Api::start().await;
    let consumer = |field: &str, value: Value| {
        let phone = json!({ "countryCode": "33", "number": "612345678" });
        with(json!({ "phone": phone, "firstName": "Zoë", "lastName": "Martin" }), field, value)
    };
    let long = |length: usize| json!({ "k": { "v": "x".repeat(length - 14) } });
    for (field, value, wrong) in [
        ("firstName", json!("Łukasz"), Some("firstName")),
        ("lastName", json!("李"), Some("lastName")),
        ("metadata", long(3001), Some("metadata")),
        ("metadata", long(3000), None),
        ("phone", json!({ "countryCode": "abc", "number": "612345678" }), Some("phone.countryCode")),
        ("phone", json!({ "countryCode": "", "number": "612345678" }), Some("phone.countryCode")),
        ("externalId", json!("key-1"), None),
        ("externalId", json!("key-1"), Some("externalId")),
        ("externalId", json!("key-2"), None),
    ] {
        let number = format!("6{:08}", fastrand::u32(..100_000_000));
        let mut body = consumer(field, value);
        if field != "phone" {
            body["phone"]["number"] = json!(number);
        }
        let created = api.post("/api/partner/consumers", body).await;
        match wrong {
            Some(wrong) => assert_eq!(created.wrong_fields(), [wrong]),
            None => drop(created.expect(201)),
        }
    }
}

#[tokio::test]
async fn an_external_id_is_kept_by_its_owner_and_taken_for_others() {
    let api = Api::start().await;
    let (one, other) = (api.consumer("612345678").await, api.consumer("612345679").await);
    let patch = |consumer: &str, key: &str| {
        let path = format!("/api/partner/consumers/{consumer}");
        let body = json!({ "externalId": key });
        let api = &api;
        async move { api.patch(&path, body).await }
    };
    patch(&one, "key").await.expect(200);
    patch(&one, "key").await.expect(200);
    assert_eq!(patch(&other, "key").await.wrong_fields(), ["externalId"]);
}

#[tokio::test]
async fn a_simulated_kyc_has_the_name_of_the_person() {
    let api = Api::start().await;
    let consumer = api.consumer("612345678").await;
    let simulate = json!({ "consumerId": consumer, "kycStatus": "VALIDATED" });
    let application = api.post("/api/partner/kyc/simulate", simulate).await.expect(201)["kycApplicationId"].clone();
    let kyc = api.get(&format!("/api/partner/kyc/{}", application.as_str().unwrap())).await.expect(200);
    assert_eq!((&kyc["firstName"], &kyc["lastName"]), (&json!("Alice"), &json!("Martin")));
}

#[tokio::test]
async fn the_refusal_for_terms_names_a_request_that_gives_them() {
    let api = Api::start().await;
    let consumer = api.banked_consumer("612345678").await;
    api.sandbox.control().publish_terms("2.0");
    let ledger = json!({ "endUserId": consumer, "type": "EUR_FRANCE" });
    let refused = api.post("/api/partner/ledgers", ledger.clone()).await;
    let message =
        refused.body["message"].as_str().or(refused.body["details"][0]["message"].as_str()).unwrap().to_owned();
    let path = message.split_whitespace().find(|word| word.starts_with("/api/partner/docs/terms")).unwrap();
    let terms = api.get(path).await.expect(200);
    let accepted = json!({ "lastTermsAccepted": terms["version"] });
    api.patch(&format!("/api/partner/consumers/{consumer}"), accepted).await.expect(200);
    api.post("/api/partner/ledgers", ledger).await.expect(201);
}

#[tokio::test]
async fn an_end_user_linkcy_or_its_bank_has_stopped_does_not_bank_and_a_forbidden_one_does_not_log_in() {
    let api = Api::start().await;
    let consumer = api.banked_consumer("612345678").await;
    api.consumer_tokens("33612345678").await;
    let (control, id) = (api.sandbox.control(), consumer.parse().unwrap());
    let open = || api.post("/api/partner/ledgers", json!({ "endUserId": consumer, "type": "EUR_FRANCE" }));
    assert!(control.set_banking(id, Banking::Blocked));
    assert_eq!(open().await.refused(409), "BANKING_STATUS_MUST_BE_VALIDATED");
    assert!(control.set_linkcy(id, Linkcy::Forbidden));
    assert_eq!(open().await.refused(409), "LINKCY_STATUS_MUST_BE_VALIDATED");
    let login = json!({ "consumerPhone": "33612345678", "partnerName": "sandbox", "password": "s3cret-pw" });
    assert_eq!(api.post("/api/partner/login", login).await.refused(403), "END_USER_FORBIDDEN");
}
