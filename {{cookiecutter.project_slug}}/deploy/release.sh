#!/bin/sh
# release VERSION: deploys IMAGE, named by its digest. rollback [VERSION]: goes back to that, or by one.
#: if cookiecutter.deploy == "docker"
# certificate: gives the gateway what certificate.pem and certificate-key.pem hold now, and nothing else anew.
#: endif
# URL is where clients find the API.
#: if cookiecutter.deploy == "docker"
# The engine is this machine's, or that of DOCKER_HOST=ssh://…
#: else
# The cluster is the one of kubectl's context, and ENVIRONMENT one of kubernetes/overlays/. GATEWAY is the
# gateway's image; without it that in use stays.
#: endif
set -eu
cd "$(dirname "$0")"
#: if cookiecutter.mail or cookiecutter.task_queue
services="app worker"
#: else
services=app
#: endif
#: if cookiecutter.deploy == "docker"
stack={{ cookiecutter.project_slug | canonical }}
in_use() { docker service inspect "${stack}_$1" | grep -om 1 "$2-[0-9a-f]\{12\}"; } # the secret $2 of the service $1
secret() { # names a secret by what the file $1 holds; without the file it stays that of the service $3
  [ -f "$1" ] || { in_use "$3" "$2"; return; }
  name=$2-$(sha256sum < "$1" | cut -c 1-12)
  docker secret inspect "$name" > /dev/null 2>&1 || docker secret create "$name" "$1" > /dev/null
  echo "$name"
}
deploy() { DEPLOYED=$(date -u +%FT%TZ) docker stack deploy --prune --with-registry-auth --compose-file stack.yaml "$stack"; }
state() { docker service inspect --pretty "${stack}_$1" | sed -n '/^UpdateStatus/,/Started/s/.*State:[[:space:]]*//p'; }
settle() { # waits for the engine's own state: what it exits with is 0 after it went back, too
  for service in $services; do
    until case $(state "$service") in *completed | *paused) ;; *) false ;; esac; do
      # A replica may be healthy and answer with errors: no other is exchanged for its like then.
      [ "$1" != completed ] || ask 401 429 503 000 || return
      sleep 1
    done
    [ "$(state "$service")" = "$1" ] || { echo "$service: $(state "$service")" >&2; return 1; }
  done
}
back() { # the engine may have done it already
  for service in $services; do docker service rollback --detach "${stack}_$service" > /dev/null 2>&1 || true; done
  settle rollback_completed
}
#: else
overlay=${ENVIRONMENT:-production}
deploy() {
  gateway=${GATEWAY:-$(kubectl --namespace "$overlay" get deployment gateway --output 'jsonpath={.spec.template.spec.containers[0].image}')}
  kubectl kustomize "kubernetes/overlays/$overlay" | sed "s|image: app:unreleased$|image: $IMAGE|; s|image: gateway:unreleased$|image: $gateway|" |
    kubectl apply --filename -
}
rollout() { kubectl --namespace "$overlay" rollout "$1" "deployment/$2"; }
settle() {
  for service in $services; do rollout status "$service" || return; done
  # Few releases change the gateway: it goes back where it has failed itself.
  rollout status gateway || { rollout undo gateway; return 1; }
}
#: if cookiecutter.mail or cookiecutter.task_queue
# The release that brought the worker has none to go back to.
back() { for service in $services; do rollout undo "$service" || [ "$service" = worker ] || return; done; settle; }
#: else
back() { for service in $services; do rollout undo "$service" || return; done; settle; }
#: endif
#: endif
ask() { # the API, as clients do; it has to answer with one of the statuses $*
  status=$(curl -s -o /dev/null -w '%{http_code}' "$URL/api/v1/me") || true
  case " $* " in *" $status "*) ;; *) echo "GET /api/v1/me: $status" >&2; return 1 ;; esac
}
answers() { for _ in 1 2 3 4 5; do ask 401 || return; done; }

: "${URL:?the address of the API, as in https://api.example.com}"
case ${1-}:${2-} in
  #: if cookiecutter.deploy == "docker"
  rollback:)
    #: if cookiecutter.mail or cookiecutter.task_queue
    # The release that brought the worker has none to go back to.
    docker service inspect "${stack}_worker" 2> /dev/null | grep -q '"PreviousSpec"' || services=app
    #: endif
    docker service inspect "${stack}_app" | grep -q '"PreviousSpec"' && back && answers; exit ;;
  #: else
  rollback:) back && answers; exit ;;
  #: endif
  rollback:*) export IMAGE="${IMAGE%@*}:$2" ;;
  release:?*) : "${IMAGE:?}" ;;
  #: if cookiecutter.deploy == "docker"
  certificate:)
    services=gateway
    for name in certificate certificate-key; do
      set -- "$@" --secret-rm "$(in_use gateway "$name")" --secret-add \
        "source=$(secret "$name.pem" "$name" gateway),target=$name.pem,uid=10002,mode=0400"
    done
    shift
    docker service update --quiet "$@" "${stack}_gateway" > /dev/null
    settle completed && answers; exit ;;
  #: endif
  *) sed -n '2,5s/^# //p' release.sh >&2; exit 2 ;;
esac
#: if cookiecutter.deploy == "docker"
SETTINGS=$(secret .env.production settings app)
CERTIFICATE=$(secret certificate.pem certificate gateway)
CERTIFICATE_KEY=$(secret certificate-key.pem certificate-key gateway)
CONFIGS=$(cat gateway/nginx.conf gateway/docker/* | sha256sum | cut -c 1-12)
export VERSION="$2" SETTINGS CERTIFICATE CERTIFICATE_KEY CONFIGS
docker network inspect "$stack" > /dev/null 2>&1 || docker network create --driver overlay "$stack"
docker service inspect "${stack}_app" > /dev/null 2>&1 || { deploy; sleep 1; } # A first release has nothing to go back to.
#: if cookiecutter.mail or cookiecutter.task_queue
# A worker that is new has no state of an update to wait for.
docker service inspect "${stack}_worker" > /dev/null 2>&1 || services=app
#: endif
deploy
settle completed && answers && exit
#: else
deploy
settle && answers && exit
#: endif
back
exit 1
