using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'drives')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param signInAudience = readEnvironmentVariable('SIGN_IN_AUDIENCE', 'AzureADMyOrg')
param redirectUris = json(readEnvironmentVariable('SIGN_IN_REDIRECTS', '[]'))
param groupClaims = bool(readEnvironmentVariable('GROUP_CLAIMS', 'false'))
