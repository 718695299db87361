// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/signals.h"

#include <csignal>

namespace hodhod {
namespace {

volatile std::sig_atomic_t received = 0;

bool is_ignored(int signal) {
  struct sigaction present = {};
  ::sigaction(signal, nullptr, &present);
  return present.sa_handler == SIG_IGN;
}

void remember(int signal) {
  received = signal;
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  std::signal(SIGHUP, SIG_IGN);
}

}  // namespace

StopSignals::StopSignals() : heeds_hangup_(!is_ignored(SIGHUP)) {
  received = 0;
  struct sigaction action = {};
  action.sa_handler = remember;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  if (heeds_hangup_) ::sigaction(SIGHUP, &action, nullptr);
}

StopSignals::~StopSignals() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  if (heeds_hangup_) std::signal(SIGHUP, SIG_DFL);
}

int stop_signal() { return received; }

}  // namespace hodhod
