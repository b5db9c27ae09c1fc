//! Every operation of the API, called once: nothing that is secret or personal is seen in what the client logs.

include!(concat!(env!("OUT_DIR"), "/every.rs"));

struct Counting(usize);

impl Caller for Counting {
    async fn call<O: linkcy::call::Operation>(&mut self, call: linkcy::Call<'_, O>) {
        let _ = call;
        self.0 += 1;
    }
}

#[tokio::test]
async fn every_operation_has_a_sample() {
    let client = linkcy::Client::builder(linkcy::Environment::sandbox()).build().unwrap();
    let mut counting = Counting(0);
    every(&client, &mut counting).await;
    assert_eq!(counting.0, linkcy::OPERATIONS.len());
}
