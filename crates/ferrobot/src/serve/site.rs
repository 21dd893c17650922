//! The web server: the API, the hooks and the pages on one port.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use async_trait::async_trait;
use ferrobot_api::{ApiState, ChangeSink, ChangeSinkError, OpenAccess, WwwSettings};
use ferrobot_config::{Config, Value, WwwConfig};
use ferrobot_data::{Data, NewChange};
use ferrobot_engine::Master;
use ferrobot_model::ChangeId;
use ferrobot_model::endpoint::{Endpoint, Place};
use ferrobot_transport::{Listener, Peer, Renewal, Renewed};
use ferrobot_web::{Site, SiteOptions};
use serde_json::{Map, Value as Json};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use tracing::{info, warn};

use crate::cli::BUILDBOT_VERSION;

/// Where the port is configured.
const PORT: &str = "c['www']['port']";
/// How long open requests may take to end.
const GRACE: Duration = Duration::from_secs(2);

/// An open web server. One that is dropped ends, too, but nobody waits for it.
pub(crate) struct Web {
    renewal: Renewal,
    settings: watch::Sender<Arc<WwwSettings>>,
    site: Site,
    end: DropGuard,
    served: JoinHandle<()>,
}

/// What a new configuration makes of the web server.
pub(crate) enum Prepared {
    /// It serves on.
    Renew(Renewed),
    /// Another takes its place, or none.
    Replace(Option<Web>),
}

/// Takes the hooks' changes to the engine.
struct Changes(Arc<Master>);

#[async_trait]
impl ChangeSink for Changes {
    async fn add_change(&self, change: NewChange) -> Result<ChangeId, ChangeSinkError> {
        self.0.add_change(change).await.map_err(|error| ChangeSinkError(error.to_string()))
    }
}

impl Web {
    /// Opens the port, when the configuration has one.
    ///
    /// `leaving`: these may be where it has to be open, and are going to be closed.
    pub(crate) async fn open(
        leaving: &[&Renewal],
        config: &Config,
        data: &Data,
        master: &Arc<Master>,
    ) -> anyhow::Result<Option<Web>> {
        let Some(www) = &config.www else { return Ok(None) };
        let Some(endpoint) = &www.port else { return Ok(None) };
        let (listener, renewal) = Listener::open_beside(endpoint, leaving).await.context(PORT)?;
        let shown = listener.address().map_or_else(|| endpoint.to_string(), |address| address.port().to_string());
        let (settings, watched) = watch::channel(Arc::new(settings_of(config, www)));
        let changes = Arc::new(Changes(Arc::clone(master)));
        let site = Site::new(data.clone(), site_options(config));
        let api = ferrobot_api::router(ApiState::new(data.clone(), watched, changes, Arc::new(OpenAccess)));
        let router = api.merge(ferrobot_web::router(site.clone()));
        let end = CancellationToken::new();
        let stop = end.clone();
        let served = tokio::spawn(async move {
            let service = router.into_make_service_with_connect_info::<Peer>();
            if let Err(error) = axum::serve(listener, service).with_graceful_shutdown(stop.cancelled_owned()).await {
                warn!("the web server ended: {error}");
            }
        });
        info!("BuildbotSite starting on {shown}");
        Ok(Some(Web { renewal, settings, site, end: end.drop_guard(), served }))
    }

    /// Prepares what a new configuration wants of the port; nothing in use is touched.
    pub(crate) async fn prepare(
        open: Option<&Web>,
        config: &Config,
        data: &Data,
        master: &Arc<Master>,
    ) -> anyhow::Result<Prepared> {
        let wanted = config.www.as_ref().and_then(|www| www.port.as_ref());
        if let (Some(web), Some(wanted)) = (open, wanted)
            && let Some(renewed) = web.renewal.prepare(wanted).context(PORT)?
        {
            return Ok(Prepared::Renew(renewed));
        }
        let leaving: Vec<&Renewal> = open.iter().map(|web| &web.renewal).collect();
        Web::open(&leaving, config, data, master).await.map(Prepared::Replace)
    }

    /// Puts in force what was prepared, and the settings of a new configuration.
    pub(crate) async fn apply(open: &mut Option<Web>, prepared: Prepared, config: &Config) {
        match prepared {
            Prepared::Renew(renewed) => {
                renewed.apply();
                if let Some(web) = open {
                    web.update(config);
                }
            }
            Prepared::Replace(new) => {
                if let Some(old) = std::mem::replace(open, new) {
                    old.close().await;
                }
            }
        }
    }

    /// Takes over the settings of a new configuration.
    fn update(&self, config: &Config) {
        if let Some(www) = &config.www {
            self.settings.send_replace(Arc::new(settings_of(config, www)));
        }
        self.site.update(site_options(config));
    }

    /// Closes the port and waits a moment for requests under way.
    pub(crate) async fn close(self) {
        drop(self.end);
        let abort = self.served.abort_handle();
        if tokio::time::timeout(GRACE, self.served).await.is_err() {
            abort.abort();
        }
    }
}

fn site_options(config: &Config) -> SiteOptions {
    SiteOptions {
        title: config.title.clone(),
        title_url: config.title_url.clone(),
        buildbot_url: config.buildbot_url.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

/// What the API needs to know of the configuration.
fn settings_of(config: &Config, www: &WwwConfig) -> WwwSettings {
    let allowed = www.allowed_origins.clone();
    let mut versions = vec![
        ("Buildbot".to_owned(), BUILDBOT_VERSION.to_owned()),
        ("Ferrobot".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
    ];
    versions.extend(www.versions.clone());
    WwwSettings {
        title: config.title.clone(),
        title_url: config.title_url.clone(),
        buildbot_url: config.buildbot_url.clone(),
        multi_master: config.multi_master,
        port: www.port.as_ref().map_or(Json::Null, port_json),
        plugins: map_of(&www.plugins),
        logfile_name: www.logfile_name.clone(),
        allowed_origins: (!allowed.is_empty()).then_some(allowed),
        rest_minimum_version: www.rest_minimum_version,
        json_cache_seconds: www.json_cache_seconds,
        versions,
        others: map_of(&www.others),
        change_hook_dialects: map_of(&www.change_hook_dialects),
        ..WwwSettings::default()
    }
}

fn port_json(endpoint: &Endpoint) -> Json {
    match &endpoint.place {
        Place::Tcp { port, .. } if *endpoint == Endpoint::port(*port) => (*port).into(),
        _ => endpoint.to_string().into(),
    }
}

/// Options that JSON cannot hold, such as functions, are present without a value.
fn map_of(entries: &[(String, Value)]) -> Map<String, Json> {
    entries.iter().map(|(name, value)| (name.clone(), value.to_json().unwrap_or(Json::Null))).collect()
}
