//! How much may be on its way to a box at one time. CUBIC takes every lost packet for a full queue, and where one in five is
//! lost for other reasons (bad Wi-Fi, a radio link) it comes down to two packets a round trip and stays there. Here a few
//! more are always let go.

use std::any::Any;
use std::sync::Arc;
use std::time::Instant;

use quinn_proto::RttEstimator;
use quinn_proto::congestion::{Controller, ControllerFactory, ControllerMetrics, Cubic, CubicConfig};

use super::limits::STEADY_PACKETS_MIN;

/// CUBIC that keeps a pace.
#[derive(Debug, Clone)]
pub(super) struct Steady {
    cubic: Cubic,
    packet_bytes: u64,
}

/// Makes them; all share CUBIC's settings.
#[derive(Debug, Default)]
pub(super) struct SteadyConfig(Arc<CubicConfig>);

impl ControllerFactory for SteadyConfig {
    fn build(self: Arc<Self>, now: Instant, current_mtu: u16) -> Box<dyn Controller> {
        let cubic = Cubic::new(Arc::clone(&self.0), now, current_mtu);
        Box::new(Steady { cubic, packet_bytes: u64::from(current_mtu) })
    }
}

impl Controller for Steady {
    fn on_sent(&mut self, now: Instant, bytes: u64, last_packet_number: u64) {
        self.cubic.on_sent(now, bytes, last_packet_number);
    }

    fn on_ack(&mut self, now: Instant, sent: Instant, bytes: u64, app_limited: bool, rtt: &RttEstimator) {
        self.cubic.on_ack(now, sent, bytes, app_limited, rtt);
    }

    fn on_end_acks(&mut self, now: Instant, in_flight: u64, app_limited: bool, largest_packet_num_acked: Option<u64>) {
        self.cubic.on_end_acks(now, in_flight, app_limited, largest_packet_num_acked);
    }

    fn on_congestion_event(&mut self, now: Instant, sent: Instant, is_persistent_congestion: bool, lost_bytes: u64) {
        self.cubic.on_congestion_event(now, sent, is_persistent_congestion, lost_bytes);
    }

    fn on_mtu_update(&mut self, new_mtu: u16) {
        self.packet_bytes = u64::from(new_mtu);
        self.cubic.on_mtu_update(new_mtu);
    }

    fn window(&self) -> u64 {
        self.cubic.window().max(STEADY_PACKETS_MIN * self.packet_bytes)
    }

    fn metrics(&self) -> ControllerMetrics {
        self.cubic.metrics()
    }

    fn clone_box(&self) -> Box<dyn Controller> {
        Box::new(self.clone())
    }

    fn initial_window(&self) -> u64 {
        self.cubic.initial_window()
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loss_without_end_leaves_a_pace() {
        let now = Instant::now();
        let mut steady = Arc::new(SteadyConfig::default()).build(now, 1_200);
        let least = STEADY_PACKETS_MIN * 1_200;
        assert!(steady.window() >= least);
        for n in 1..100 {
            let at = now + std::time::Duration::from_millis(500 * n);
            steady.on_congestion_event(at, at, n % 3 == 0, 1_200);
        }
        assert_eq!(steady.window(), least);
    }
}
