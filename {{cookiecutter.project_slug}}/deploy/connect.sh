# Pipelines source this, to reach the engine that DEPLOY_TARGET names.
# shellcheck shell=sh
umask 077
#: if cookiecutter.deploy == "docker"
mkdir -p ~/.ssh
#: if cookiecutter.ci == "github"
printf '%s\n' "${DEPLOY_KEY:?holds the private SSH key for DEPLOY_TARGET}" > ~/.ssh/id_ed25519
#: else
cat "${DEPLOY_KEY:?is a file with the private SSH key for DEPLOY_TARGET}" > ~/.ssh/id_ed25519
#: endif
printf '%s\n' "${DEPLOY_KNOWN_HOSTS:?holds what known_hosts says of DEPLOY_TARGET}" > ~/.ssh/known_hosts
export DOCKER_HOST="ssh://${DEPLOY_TARGET:?names a machine, as in deploy@api.example.com}"
: "${REGISTRY_PASSWORD:?opens the registry of IMAGE to REGISTRY_USER}"
printf %s "$REGISTRY_PASSWORD" |
  docker login --username "${REGISTRY_USER:?}" --password-stdin "${IMAGE%%/*}"
#: else
#: if cookiecutter.ci == "github"
KUBECONFIG=$(mktemp)
printf '%s\n' "${DEPLOY_KEY:?holds the configuration of kubectl}" > "$KUBECONFIG"
#: else
KUBECONFIG=${DEPLOY_KEY:?is a file with the configuration of kubectl}
#: endif
export KUBECONFIG
kubectl config use-context "${DEPLOY_TARGET:?names a context of DEPLOY_KEY}"
#: endif
