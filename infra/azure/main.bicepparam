using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'drives')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param signInClientId = readEnvironmentVariable('SIGN_IN_CLIENT_ID', '')
param alertEmail = readEnvironmentVariable('ALERT_EMAIL', '')
param awsPrincipals = json(readEnvironmentVariable('AWS_PRINCIPALS', '{}'))
param durableBackend = readEnvironmentVariable('DURABLE_BACKEND', 'storage')
param maximumInstances = int(readEnvironmentVariable('MAXIMUM_INSTANCES', '100'))
param privateNetwork = bool(readEnvironmentVariable('PRIVATE_NETWORK', 'false'))
