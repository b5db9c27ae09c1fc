//! A company becomes a customer: its account owner, a second shareholder, their KYC, then the company's KYB.
//! `cargo run --example corporate`

mod support;

use anyhow::Result;
use linkcy::types::{
    AccountOwnerInfo, AccountOwnerInfoRequired, AnyId, ClassicLedgerCreateRequest, ClassicLedgerType,
    CorporateCreateRequest, CorporateCreateRequestRequired, CorporateExpectedMonthlyExpensesRequest,
    CorporateExpectedMonthlyExpensesRequestRequired, CorporateExpectedMonthlyExpensesValue,
    CorporatePhoneVerificationSendRequest, CorporatePhoneVerifyRequest, DirectShareData, EuropeanAddressRequest,
    EuropeanAddressRequestRequired, ExpensesCurrency, FranceLegalType, FranceValue, Industry, KybStatus,
    KybStatusBypassRequest, KycSimulateCorporateRelatedPhysicalPersonRequest, KycStatus, Language, PhoneRequest,
    PhoneRequestRequired, RelatedEntityCreateRequest, RelatedEntityId, RelatedPhysicalPersonCreateInfo,
    RelatedPhysicalPersonCreateInfoRequired, TaxCountry, UserType,
};
use linkcy::{Client, Error};
use linkcy_sandbox::Sandbox;
use support::client_of;

#[tokio::main]
async fn main() -> Result<()> {
    let sandbox = Sandbox::start().await?;
    let linkcy = client_of(&sandbox)?.build()?;
    let terms = linkcy.terms().get(Language::En, UserType::Corporate).await?;

    let owner = AccountOwnerInfo::new(AccountOwnerInfoRequired {
        first_name: "Carla".into(),
        last_name: "Petit".into(),
        is_director: true,
        phone: PhoneRequest::new(PhoneRequestRequired { country_code: "33".into(), number: "644444444".into() }),
    })
    .direct_shares_percentage("60".parse()?)
    .email_address("carla@example.com");
    let company = CorporateCreateRequest::new(CorporateCreateRequestRequired {
        account_owner_info: owner,
        expected_monthly_expenses: CorporateExpectedMonthlyExpensesRequest::new(
            CorporateExpectedMonthlyExpensesRequestRequired {
                currency: ExpensesCurrency::Eur,
                value: CorporateExpectedMonthlyExpensesValue::LessThan10000,
            },
        ),
        incorporation_code: "RCS 123 456 789".into(),
        incorporation_country: "FRA".into(),
        industry: Industry::Bar,
        registered_address: EuropeanAddressRequest::new(EuropeanAddressRequestRequired {
            city: "Paris".into(),
            iso_country_code: TaxCountry::Fra,
            postal_code: "75001".into(),
            street: "rue de Rivoli".into(),
        }),
        registered_name: "Le Petit Bar".into(),
    })
    .last_terms_accepted(terms.version)
    .incorporation_date("2010-05-01".parse()?)
    .legal_type(FranceLegalType::new(FranceValue::FrSocieteParActionsSimplifieeSas));
    let created = linkcy.corporates().create(company).await?;
    let corporate = created.corporate_id;
    println!("corporate    {corporate}");

    // A company's KYB needs the KYC of the people behind it, directors and shareholders.
    let dora = RelatedPhysicalPersonCreateInfo::new(RelatedPhysicalPersonCreateInfoRequired {
        first_name: "Dora".into(),
        last_name: "Leroy".into(),
    });
    let dora = RelatedEntityCreateRequest::new(dora, false, vec![DirectShareData::new("40".parse()?).into()]);
    let dora = linkcy.related_entities().create(corporate, dora).await?.id;
    println!("shareholder  {dora}");

    // What is missing is said by a code; a KYB cannot end well before the people behind the company are known.
    match linkcy.sandbox().set_kyb_status(corporate, KybStatusBypassRequest::new(KybStatus::Validated)).await {
        Err(Error::Api(refusal)) => println!("too early    {refusal}"),
        other => anyhow::bail!("KYB before KYC: {other:?}"),
    }
    let carla = RelatedEntityId::from(AnyId::from(created.account_owner_id));
    let send = CorporatePhoneVerificationSendRequest::new(carla);
    linkcy.verifications().send_phone_code(send).await?;
    let verify = CorporatePhoneVerifyRequest::new("123456", carla);
    linkcy.verifications().verify_phone(verify).await?;
    for person in [carla, dora] {
        identify(&linkcy, person).await?;
    }

    linkcy.corporates().request_kyb(corporate).await?;
    println!("KYB          {}", kyb(&linkcy, corporate).await?);
    // In production LinkCy's compliance decides; in a sandbox this call does.
    linkcy.sandbox().set_kyb_status(corporate, KybStatusBypassRequest::new(KybStatus::Validated)).await?;
    println!("KYB          {}", kyb(&linkcy, corporate).await?);

    let ledger = ClassicLedgerCreateRequest::new(ClassicLedgerType::EurFrance).end_user_id(corporate.into());
    println!("ledger       {}", linkcy.ledgers().create(ledger).await?.id);
    Ok(())
}

/// In production somebody follows the link of `kyc().create(..)`; a sandbox decides at once.
async fn identify(linkcy: &Client, person: RelatedEntityId) -> Result<()> {
    let kyc = KycSimulateCorporateRelatedPhysicalPersonRequest::new(KycStatus::Validated, person);
    linkcy.sandbox().simulate_kyc(kyc).await?;
    println!("KYC          of {person} validated");
    Ok(())
}

async fn kyb(linkcy: &Client, corporate: linkcy::types::CorporateId) -> Result<String> {
    Ok(linkcy.corporates().get(corporate).await?.status.kyb.value.to_string())
}
