//! Asks before a request is sent, where somebody wants to be asked.

use super::exchange::NoExchange;
use super::{Sending, StepContext};
use crate::diagnostic::Code;
use crate::engine::record::RequestRecord;
use crate::engine::request::edit::{editable_text, read_edited};
use crate::engine::stepper::{Decision, StepPause};
use crate::exchange::Request;

impl StepContext<'_> {
    /// The request as it is to be sent, with whether it was edited. After an interruption nobody is asked:
    /// cleanup runs by itself.
    ///
    /// # Errors
    /// When it is not to be sent; the log knows that somebody said so.
    pub(super) async fn consult(
        &self,
        sending: Sending<'_>,
        mut request: Request,
    ) -> Result<(Request, bool), NoExchange> {
        let settings = &self.run.settings;
        let Some(stepper) = settings.stepper.as_ref().filter(|_| !settings.interrupt.is_cancelled()) else {
            return Ok((request, false));
        };
        let limit = usize::try_from(settings.limits.trace).unwrap_or(usize::MAX);
        let (mut is_edited, mut problem) = (false, None);
        let skipped = || {
            sending.log.skip();
            NoExchange::unsent(sending.unsent(Code::REQUEST_BUILD, "it was skipped by hand", None))
        };
        loop {
            let shown = RequestRecord::of(&request, &settings.masker, limit);
            let pause = StepPause {
                case: settings.masker.mask_words(&self.name),
                step: sending.step.id.clone(),
                phase: self.phase,
                editable: editable_text(&shown),
                request: shown.clone(),
                problem: problem.take(),
            };
            match stepper.ask(pause).await {
                Decision::Send => return Ok((request, is_edited)),
                Decision::Skip => return Err(skipped()),
                Decision::Quit => {
                    settings.interrupt.cancel();
                    if !self.is_cleanup() {
                        // The interruption ends the case here, as Ctrl-C does.
                        std::future::pending::<()>().await;
                    }
                    return Err(skipped());
                }
                Decision::Edit(text) => match read_edited(&request, &shown, &text) {
                    Ok(edited) => (request, is_edited) = (edited, true),
                    Err(reason) => problem = Some(settings.masker.mask_words(&reason)),
                },
            }
        }
    }
}
